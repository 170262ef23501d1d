import {
  bugError,
  type Cue,
  callerError,
  clockOf,
  dayOf,
  encodeMessage,
  fallbackDialect,
  gapMs,
  type Item,
  instantOf,
  type Output,
  outputs,
  type Profile,
  profileOutputs,
  type Release,
  type Rendition,
  releaseSchema,
  type Window,
  XiaolabaError,
} from '@xiaolaba/protocol';
import type { DistrictModel } from '../campaigns/index.js';
import { type ContentProblem, Problems } from '../content/index.js';
import { audioTargets, type Library } from '../library/index.js';
import type { RegisteredDevice } from '../registry/index.js';
import type { Airing, AlertNote, AlertStatus, Wording } from './alert.js';
import { saysExercise } from './exercise.js';
import { alertFile } from './wording.js';

/** How a text on a sign is accounted for. */
const segmentSeconds = 300;
const minute = 60_000;

export interface ToFreeze extends Airing {
  readonly status: AlertStatus;
  readonly wording: Wording;
  readonly places: readonly string[];
  readonly campaign: string;
  readonly revision: number;
}

export interface FreezeDeps {
  readonly library: Library;
  readonly devices: () => Iterable<Pick<RegisteredDevice, 'place' | 'profile' | 'revoked'>>;
  readonly now: () => number;
}

export interface FrozenAlert {
  readonly release: Release;
  readonly payload: Uint8Array;
  readonly notes: readonly AlertNote[];
  readonly problems: readonly ContentProblem[];
}

/** What devices of a profile put out of an alert. */
export const airedBy = (profile: Profile, output: Airing['output']): Output[] =>
  profileOutputs[profile].filter((one) => output === 'both' || output === one);

/**
 * Turns an alert into what approvers sign: one release for all its places, every voice rendered.
 * @throws XiaolabaError `alert-refused` with the problems where nothing that plays comes of it
 */
export async function freezeAlert(spec: ToFreeze, model: DistrictModel, deps: FreezeDeps): Promise<FrozenAlert> {
  const problems = new Problems();
  const notes: AlertNote[] = [];
  const { wording, output, status } = spec;
  const aired = new Set(spec.profiles.flatMap((profile) => airedBy(profile, output)));
  const speaks = aired.has('audio') && wording.spoken.length > 0;
  const shows = aired.has('text') && wording.sign !== undefined;
  const audio = speaks ? await renderVoices(spec, model, deps, notes, problems) : [];
  const longest = Math.max(0, ...audio.flatMap(({ renditions }) => renditions.map(({ durationMs }) => durationMs)));
  const least = Math.ceil((longest + gapMs) / 1000);
  if (least > spec.repeatSeconds)
    problems.error(alertFile, 'alert-repeat-short', { seconds: least, least }, { field: 'repeatSeconds' });
  if (audio.length === 0 && !shows) problems.error(alertFile, 'alert-unheard');
  refuse(problems);
  const item: Item = {
    id: 'alert',
    title: wording.title,
    audio,
    ...(shows && wording.sign !== undefined ? { text: wording.sign } : {}),
  };
  const { window, aligned } = windowsOf(spec, model.zone);
  const windows = [window];
  const shared: Omit<Cue, 'id' | 'output' | 'timing'> = {
    items: [item.id],
    priority: spec.priority,
    volumeCap: 100,
    dialects: 'rotate',
    breaksQuietHours: spec.breaksQuietHours,
  };
  const cues: Cue[] = [
    ...(audio.length > 0
      ? [
          {
            ...shared,
            id: 'speak',
            output: outputs[0],
            timing: { kind: 'every' as const, windows, seconds: spec.repeatSeconds },
          },
        ]
      : []),
    ...(shows
      ? [
          {
            ...shared,
            id: 'show',
            output: outputs[1],
            timing: { kind: 'continuous' as const, windows, segmentSeconds },
          },
        ]
      : []),
  ];
  const release = releaseSchema.parse({
    v: 1,
    campaign: spec.campaign,
    revision: spec.revision,
    title: wording.title,
    frozenAt: deps.now(),
    // A turn that is not ahead: by the minute in which it begins, or by the day's own.
    validFrom: spec.validFrom - (aligned ? 0 : spec.repeatSeconds * 1000),
    validUntil: spec.validUntil,
    audience: { profiles: [...spec.profiles], places: [...spec.places] },
    items: [item],
    cues,
  });
  // The last look before anybody signs: whatever went wrong on the way, an exercise is called one everywhere.
  if (status === 'exercise' && !saysExercise(release))
    throw bugError('exercise-unmarked', 'an exercise without its notice');
  return { release, payload: encodeMessage(release), notes, problems: problems.list };
}

function refuse({ list }: Problems): void {
  if (list.some(({ severity }) => severity === 'error')) throw new AlertRefused(list);
}

/** What keeps an alert from being made. */
export class AlertRefused extends XiaolabaError {
  constructor(readonly problems: readonly ContentProblem[]) {
    super('caller', 'alert-refused', problems.map(({ code }) => code).join(', '), {});
  }
}

async function renderVoices(
  { wording, profiles, output, places }: ToFreeze,
  model: DistrictModel,
  { library, devices }: FreezeDeps,
  notes: AlertNote[],
  problems: Problems,
): Promise<Item['audio']> {
  const there = new Set(places);
  const present = new Set([...devices()].flatMap((one) => (!one.revoked && there.has(one.place) ? one.profile : [])));
  // What no device there is to say need not be rendered: minutes count.
  const speaking = profiles.filter(
    (profile) =>
      present.has(profile) && airedBy(profile, output).includes('audio') && audioTargets[profile] !== undefined,
  );
  if (speaking.length === 0) return [];
  // What nobody there speaks would only have to be fetched.
  const wanted = new Set([fallbackDialect, ...places.flatMap((place) => model.places.get(place)?.dialects ?? [])]);
  const versions = await Promise.all(
    wording.spoken
      .filter(({ dialect }) => wanted.has(dialect))
      .map(async ({ dialect, text }) => {
        const rendered = await library.render({ dialect, text }, speaking);
        if (rendered.kind === 'unavailable') {
          notes.push({ code: rendered.code, dialect });
          problems.warning(alertFile, 'alert-voice-missing', { dialect, profile: speaking.join(', ') });
          return [];
        }
        for (const { profile, code } of rendered.refusals) {
          notes.push({ code, dialect, profile });
          problems.warning(alertFile, 'alert-voice-missing', { dialect, profile });
        }
        const renditions = rendered.renditions.map(
          ({ profile, sha256, bytes, durationMs, format }): Rendition => ({
            profile,
            sha256,
            bytes,
            durationMs,
            format,
            leadInMs: audioTargets[profile]?.leadIn.milliseconds ?? 0,
          }),
        );
        return renditions.length > 0 ? [{ dialect, voice: rendered.voice, words: text, renditions }] : [];
      }),
  );
  const audio = versions.flat();
  for (const profile of speaking) {
    if (audio.some(({ renditions }) => renditions.some((rendition) => rendition.profile === profile))) continue;
    notes.push({ code: 'alert-voice-none', profile });
    problems.warning(alertFile, 'alert-voice-none', { profile });
  }
  return audio;
}

/** Clock times that hold the alert's time; its instants bound it exactly. */
function windowsOf({ validFrom, validUntil }: Airing, zone: string): { window: Window; aligned: boolean } {
  const plainDay = (day: string) => instantOf(day, '24:00', zone) - instantOf(day, '00:00', zone) === 1440 * minute;
  const clock = (instant: number) => clockOf(instant, zone).slice(0, 5);
  // On a day when the clock changes a time of day may mean two instants, and then the whole day is the window.
  if (![validFrom, validUntil].every((at) => plainDay(dayOf(at, zone))))
    return { window: { days: 'every-day', from: '00:00', to: '24:00' }, aligned: false };
  const to = clock(Math.ceil(validUntil / minute) * minute);
  return { window: { days: 'every-day', from: clock(validFrom), to }, aligned: true };
}

/** Instants of an alert: it begins with the minute, so that its first turn is never ahead. */
export function spanFrom(begin: number, minutes: number): Pick<Airing, 'validFrom' | 'validUntil'> {
  return { validFrom: Math.floor(begin / minute) * minute, validUntil: begin + minutes * minute };
}

/** @throws XiaolabaError `alert-over`, `alert-too-long` */
export function checkSpan({ validFrom, validUntil }: Airing, now: number, mostMinutes: number): void {
  if (validUntil <= now) throw callerError('alert-over', 'its time is over', { until: validUntil });
  const minutes = Math.ceil((validUntil - validFrom) / minute);
  if (minutes > mostMinutes + 1) throw callerError('alert-too-long', 'too long', { minutes, max: mostMinutes });
}
