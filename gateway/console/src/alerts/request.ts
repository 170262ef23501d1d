import type { AlertRequestBody, AlertTextView, AlertView } from '@xiaolaba/gateway/contract';
import { type ScopeChoice, scopeOf } from '../stop/stop-scope.js';

type Profile = AlertView['profiles'][number];
export interface SpokenInput {
  readonly dialect: string;
  readonly text: string;
}
export interface FreeWords {
  readonly title: string;
  readonly severity: AlertView['severity'];
  readonly spoken: readonly SpokenInput[];
  readonly sign: string;
}

/** What the form holds. Nothing that matters is chosen before somebody chooses it. */
export interface AlertForm {
  readonly status?: AlertView['status'];
  /** A prepared text, or `free` words. */
  readonly text?: string;
  /** Of the prepared text. */
  readonly fields: Readonly<Record<string, string>>;
  readonly free: FreeWords;
  readonly scope: ScopeChoice;
  readonly output: AlertView['output'];
  readonly profiles: readonly Profile[];
  readonly repeatSeconds: number;
  readonly minutes: number;
  readonly breaksQuietHours: boolean;
  readonly replaces?: string;
}

export const emptyForm = (): AlertForm => ({
  fields: {},
  free: { title: '', severity: 'severe', spoken: [{ dialect: 'cmn', text: '' }], sign: '' },
  scope: { by: 'townships', ids: [] },
  output: 'both',
  profiles: ['loudspeaker', 'bus-screen', 'booth-sign'],
  repeatSeconds: 60,
  minutes: 30,
  breaksQuietHours: false,
});

export type Lacking = 'kind' | 'words' | 'scope' | 'profiles';

/** Spoken texts that say something, as they are sent. */
export const spokenIn = ({ spoken }: FreeWords): SpokenInput[] =>
  spoken.map(({ dialect, text }) => ({ dialect, text: text.trim() })).filter(({ text }) => text !== '');

/** What still has to be chosen before anybody can say what would come of it. */
export function lackingIn({ status, text, free, scope, profiles }: AlertForm): Lacking[] {
  const words =
    text === 'free' ? free.title.trim() !== '' && spokenIn(free).length + free.sign.trim().length > 0 : text;
  return [
    ...(status ? [] : ['kind' as const]),
    ...(words ? [] : ['words' as const]),
    ...(scopeOf(scope) ? [] : ['scope' as const]),
    ...(profiles.length > 0 ? [] : ['profiles' as const]),
  ];
}

/** What the gateway is asked for; nothing while something is lacking. */
export function requestOf(form: AlertForm): AlertRequestBody | undefined {
  const { status, text, free, fields, output, profiles, repeatSeconds, minutes, breaksQuietHours, replaces } = form;
  const scope = scopeOf(form.scope);
  if (lackingIn(form).length > 0 || !status || !text || !scope) return;
  const sign = free.sign.trim();
  const filled = Object.entries(fields).filter(([, value]) => value.trim() !== '');
  return {
    status,
    words:
      text === 'free'
        ? { title: free.title.trim(), severity: free.severity, spoken: spokenIn(free), ...(sign ? { sign } : {}) }
        : { text, fields: Object.fromEntries(filled) },
    scope: scope as AlertRequestBody['scope'],
    ...{ output, profiles: [...profiles], repeatSeconds, minutes, breaksQuietHours },
    ...(replaces === undefined ? {} : { replaces }),
  };
}

const mark = /【演练】/gu;

/** An alert as it would be written anew, to be changed; the gateway takes its notices for what they are. */
export function formFrom(alert: AlertView, places: readonly string[]): AlertForm {
  return {
    status: alert.status,
    text: 'free',
    fields: {},
    free: {
      title: alert.title.replace(mark, ''),
      severity: alert.severity,
      spoken: alert.spoken.length > 0 ? alert.spoken : [{ dialect: 'cmn', text: '' }],
      sign: (alert.sign ?? '').replace(mark, ''),
    },
    scope: alert.everywhere ? { by: 'everywhere', ids: [] } : { by: 'places', ids: places },
    output: alert.output,
    profiles: alert.profiles,
    repeatSeconds: alert.repeatSeconds,
    minutes: Math.max(1, Math.round((alert.validUntil - alert.validFrom) / 60_000)),
    breaksQuietHours: alert.breaksQuietHours,
    replaces: alert.id,
  };
}

/** Texts that may be chosen: one for exercises is never offered for a real alert. */
export const offered = (texts: readonly AlertTextView[], status: AlertView['status'] | undefined): AlertTextView[] =>
  texts
    .filter(({ exerciseOnly }) => !(exerciseOnly && status === 'actual'))
    .sort((a, b) => (status === 'exercise' ? Number(b.exerciseOnly) - Number(a.exerciseOnly) : 0));

/** `spoken.1.text` counts what was sent; the row of the form that it means. */
export function rowOf(free: FreeWords, field: string | undefined): number | undefined {
  const sent = /^spoken\.(\d+)\./.exec(field ?? '')?.[1];
  if (sent === undefined) return;
  const rows = free.spoken.flatMap(({ text }, row) => (text.trim() === '' ? [] : [row]));
  return rows[Number(sent)];
}
