import { callerError, fallbackDialect } from '@xiaolaba/protocol';
import { type ContentProblem, Problems } from '../content/index.js';
import { type CapAlert, readCap } from '../orders/cap.js';
import type { Store } from '../store/index.js';
import { Turns } from '../turns.js';
import type { Alert, AlertSpec, AlertStatus } from './alert.js';
import type { Alerts } from './alerts.js';
import { placesIn } from './cap-areas.js';
import { capSender } from './cap-out.js';
import { withoutNotices } from './exercise.js';
import { AlertRefused } from './freeze.js';
import { alertFile, wordingOf } from './wording.js';
import { alertLimits, type Severity } from './words.js';

type Info = CapAlert['info'][number];

const minute = 60_000;
/** How long an alert holds that does not say. */
const defaultMinutes = 30;

/** RFC 3066 tags, most exact first, and the dialect that each stands for. */
const dialects: readonly (readonly [RegExp, string])[] = [
  [/^(zh-)?yue\b|^zh-(hant-)?(hk|mo)\b/i, 'yue'],
  [/^(zh-)?hak\b/i, 'hak'],
  [/^(zh-)?gan\b/i, 'gan'],
  [/^(zh-)?(min-nan|nan)\b/i, 'nan'],
  [/^(zh-)?wuu\b/i, 'wuu'],
  [/^(zh|cmn)\b/i, 'cmn'],
  [/^(ug|uig)\b/i, 'uig'],
  [/^(kk|kaz)\b/i, 'kaz'],
  [/^pcc\b/i, 'pcc'],
];
const dialectOf = (language: string): string | undefined =>
  dialects.find(([pattern]) => pattern.test(language.trim()))?.[1];

export interface CapTaken {
  readonly outcome: 'alert' | 'ended' | 'kept' | 'duplicate';
  readonly identifier: string;
  readonly why?: string;
  readonly alerts: readonly Alert[];
}

export interface CapInDeps {
  readonly store: Store;
  readonly alerts: Alerts;
  readonly now: () => number;
}

/** Alerts of others, as CAP 1.2. What comes in is drafted: only approvers' signatures put it on air. */
export class CapIn {
  readonly #turns = new Turns();

  constructor(private readonly deps: CapInDeps) {}

  /**
   * Takes a message, each once. @throws XiaolabaError as `readCap`; `cap-scope`, `cap-info-missing`, `cap-language`,
   * `cap-reference-unknown`, `cap-references-differ`; as `placesIn` and `Alerts.create`
   */
  take(xml: Uint8Array, author: string): Promise<CapTaken> {
    return this.#turns.run(async () => {
      const message = readCap(xml);
      const { sender, identifier, sent, status, msgType } = message;
      const { store, alerts, now } = this.deps;
      const known = await store
        .selectFrom('cap_messages')
        .select(['alert', 'why'])
        .where('sender', '=', sender)
        .where('identifier', '=', identifier)
        .where('sent', '=', sent)
        .executeTakeFirst();
      if (known) {
        const made = alerts.all().filter(({ id }) => id === known.alert);
        return { outcome: 'duplicate', identifier, alerts: made, ...(known.why === null ? {} : { why: known.why }) };
      }
      const taken = await this.#act(message, author);
      await store
        .insertInto('cap_messages')
        .values({
          sender,
          identifier,
          sent,
          status,
          msg_type: msgType,
          xml: new TextDecoder().decode(xml),
          outcome: taken.outcome,
          why: taken.why ?? null,
          alert: taken.alerts[0]?.id ?? null,
          received_at: now(),
        })
        .execute();
      return taken;
    });
  }

  async #act(message: CapAlert, author: string): Promise<CapTaken> {
    const { identifier, status, msgType, scope } = message;
    const kept = (why: string): CapTaken => ({ outcome: 'kept', identifier, why, alerts: [] });
    // Not even a cancellation that only tries the line may touch what is on air.
    if (status !== 'Actual' && status !== 'Exercise') return kept(`status ${status}`);
    if (msgType === 'Ack' || msgType === 'Error') return kept(`msgType ${msgType}`);
    if (scope !== 'Public') throw callerError('cap-scope', 'not for the public', { scope });
    const kind: AlertStatus = status === 'Actual' ? 'actual' : 'exercise';
    if (msgType === 'Cancel') return await this.#cancel(message, kind, author);
    const before = msgType === 'Update' ? await this.#referenced(message) : [];
    const [first, other] = before;
    if (other) throw callerError('cap-references-differ', 'several alerts at once', { count: before.length });
    const alert = await this.deps.alerts.create(this.#specOf(message, kind, author, first));
    return { outcome: 'alert', identifier, alerts: [alert] };
  }

  async #cancel(message: CapAlert, kind: AlertStatus, author: string): Promise<CapTaken> {
    const { alerts } = this.deps;
    const referenced = await this.#referenced(message);
    const foreign = referenced.find(({ status }) => status !== kind);
    if (foreign) throw callerError('alert-status-fixed', 'of another status', { alert: foreign.id });
    const reason = (message.note ?? message.info[0]?.headline ?? `CAP ${message.identifier}`).slice(
      0,
      alertLimits.reasonLength,
    );
    const ended: Alert[] = [];
    for (const { id } of referenced) ended.push(await alerts.end(id, reason, author));
    return { outcome: 'ended', identifier: message.identifier, alerts: ended };
  }

  /** The newest alert of each chain that a message speaks of. @throws XiaolabaError `cap-reference-unknown` */
  async #referenced({ references }: CapAlert): Promise<Alert[]> {
    const { alerts, store } = this.deps;
    const found = new Map<string, Alert>();
    const unknown: string[] = [];
    const own = capSender(alerts.model());
    for (const { sender, identifier, sent } of references) {
      const row = await store
        .selectFrom('cap_messages')
        .select('alert')
        .where('sender', '=', sender)
        .where('identifier', '=', identifier)
        .where('sent', '=', sent)
        .executeTakeFirst();
      const id = row?.alert ?? (sender === own ? identifier : undefined);
      const alert = alerts.all().find((one) => one.id === id);
      if (!alert) {
        unknown.push(`${sender},${identifier}`);
        continue;
      }
      const newest = alerts.all().find(({ campaign }) => campaign === alert.campaign) ?? alert;
      found.set(alert.campaign, newest);
    }
    // An update names all that came before it, also what came before us.
    if (found.size === 0)
      throw callerError('cap-reference-unknown', 'nothing of what it names is known', {
        references: unknown.join(' '),
      });
    return [...found.values()];
  }

  #specOf(message: CapAlert, status: AlertStatus, author: string, before: Alert | undefined): AlertSpec {
    const { alerts, now } = this.deps;
    const [first] = message.info;
    if (!first) throw callerError('cap-info-missing', 'no info', {});
    const problems = new Problems();
    const spoken = new Map<string, string>();
    for (const info of message.info) {
      const dialect = dialectOf(info.language);
      if (!dialect) problems.warning(alertFile, 'alert-language', { language: info.language });
      else if (!spoken.has(dialect)) {
        // Of an exercise of ours the notices go before its parts are put together, and come again around the whole.
        const plain = (part = '') => (status === 'exercise' ? withoutNotices(part, dialect) : part);
        const { headline, description } = info;
        spoken.set(dialect, wordsOf({ ...info, headline: plain(headline), description: plain(description) }));
      }
    }
    if (spoken.size === 0)
      throw callerError('cap-language', 'in no dialect of ours', {
        languages: message.info.map(({ language }) => language).join(', '),
      });
    const main = message.info.find(({ language }) => dialectOf(language) === fallbackDialect) ?? first;
    const headline = main.headline?.trim() || main.event;
    const { wording, problems: found } = wordingOf(
      {
        title: cut(headline, alertLimits.titleLength),
        event: cut(main.event, alertLimits.titleLength),
        severity: main.severity.toLowerCase() as Severity,
        spoken: [...spoken].map(([dialect, text]) => ({ dialect, text })),
        sign: fitting([headline, main.event], alertLimits.signLength),
      },
      status,
      [],
    );
    const all: ContentProblem[] = [...problems.list, ...found];
    if (all.some(({ severity }) => severity === 'error')) throw new AlertRefused(all);
    const { places, everywhere } = placesIn(
      message.info.flatMap(({ area }) => area),
      alerts.model(),
    );
    const profiles = ['loudspeaker', 'bus-screen', 'booth-sign'] as const;
    const begin = Math.max(now(), main.onset ?? main.effective ?? 0);
    const times = message.info.flatMap(({ expires }) => expires ?? []);
    return {
      status,
      wording,
      everywhere,
      places: alerts.served(places, profiles),
      author,
      output: 'both',
      profiles,
      repeatSeconds: 60,
      // Only what threatens life at this moment wakes people.
      breaksQuietHours: main.severity === 'Extreme' && main.urgency === 'Immediate',
      priority: { Extreme: 99, Severe: 95, Moderate: 92, Minor: 90, Unknown: 90 }[main.severity],
      validFrom: Math.floor(begin / minute) * minute,
      validUntil: times.length > 0 ? Math.max(...times) : begin + defaultMinutes * minute,
      ...(before ? { replaces: before.id } : {}),
      cap: { sender: message.sender, identifier: message.identifier, sent: message.sent },
    };
  }
}

const cut = (text: string, longest: number): string => [...text].slice(0, longest).join('');

/** The first that is not too long to be listened to. @throws XiaolabaError `cap-text-long` */
function fitting(choices: readonly string[], longest: number): string {
  const found = choices.find((text) => text.length <= longest);
  if (found === undefined) throw callerError('cap-text-long', 'too long', { limit: longest });
  return found;
}

/** As much of what a message says as can be listened to: what has happened and what to do, before everything else. */
function wordsOf({ headline = '', description = '', instruction = '', event }: Info): string {
  const joined = (...parts: readonly string[]) =>
    parts
      .map((part) => part.trim())
      .filter(Boolean)
      .map((part) => (/[。！？!?.]$/u.test(part) ? part : `${part}。`))
      .join('');
  const choices = [
    joined(headline, description, instruction),
    joined(headline, instruction),
    joined(description),
    joined(headline),
    joined(event),
  ].filter(Boolean);
  return fitting(choices, alertLimits.spokenLength);
}
