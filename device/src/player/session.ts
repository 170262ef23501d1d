import {
  lateStartOf,
  type MissCause,
  type Output,
  type PlannedSlot,
  type PlayRecord,
  type Release,
  type SpokenChoice,
  type TriggeredPlay,
  type TriggerKind,
} from '@xiaolaba/protocol';
import type { PlayDraft } from '../journal/lines.js';

/** What an event sets off waits no longer than this for its turn: later nobody connects the two. */
export const triggerWaitMs = 15_000;
/** How long a triggered text stays. */
export const triggeredTextMs = 60_000;
/** Text that was there for this part of its time counts as shown. */
const shownShare = 0.95;

export interface TriggerCause {
  readonly on: TriggerKind;
  readonly site?: string;
  readonly position?: readonly [longitude: number, latitude: number];
  /** Monotonic; when the device came to the site. */
  readonly arrivedMono?: number;
}

/** One playing, from its turn to its record, over all pauses. */
export interface Session {
  readonly release: string;
  readonly campaign: string;
  readonly cue: string;
  readonly item: string;
  readonly output: Output;
  readonly priority: number;
  readonly dueAt: number;
  /** Trusted time after which it doesn't begin any more. */
  readonly latestStart: number;
  /** Text leaves then. */
  readonly endAt: number;
  readonly expectedMs: number;
  readonly breaksQuietHours: boolean;
  readonly volume: number;
  readonly spoken?: SpokenChoice;
  readonly text?: string;
  /** Name of the film behind the text. */
  readonly video?: string;
  readonly trigger?: TriggerCause;

  startedAt?: number;
  startedMono?: number;
  playedMs: number;
  pauses: number;
  /** Monotonic; since when it has been paused. */
  pausedMono?: number;
  /** Time spent paused before. */
  waitedMs: number;
  readonly readings: number[];
  /** The sign doesn't show it at the moment, though it is its turn. */
  isDark?: boolean;
  /** Why time was lost, where some was. */
  lost?: MissCause;
}

const fresh = (): Pick<Session, 'playedMs' | 'pauses' | 'waitedMs' | 'readings'> => ({
  playedMs: 0,
  pauses: 0,
  waitedMs: 0,
  readings: [],
});

export function sessionOfSlot(slot: PlannedSlot, release: Release): Session {
  const { campaign, cue, item, output, priority, dueAt, startAt, endAt, volume, spoken } = slot;
  const { text, video } = (output === 'text' && release.items.find(({ id }) => id === item)) || {};
  return {
    release: slot.release,
    campaign,
    cue,
    item,
    output,
    priority,
    dueAt,
    latestStart: output === 'text' ? endAt : startAt + lateStartOf(priority),
    endAt,
    expectedMs: endAt - startAt,
    breaksQuietHours: release.cues.find(({ id }) => id === cue)?.breaksQuietHours ?? false,
    volume,
    ...(spoken ? { spoken } : {}),
    ...(text === undefined ? {} : { text }),
    ...(video ? { video: video.sha256 } : {}),
    ...fresh(),
  };
}

export function sessionOfTrigger(play: TriggeredPlay, at: number, trigger: TriggerCause): Session {
  const { named, cue, item, spoken, volume } = play;
  const expectedMs = spoken?.rendition.durationMs ?? triggeredTextMs;
  return {
    release: named.sha256,
    campaign: named.release.campaign,
    cue: cue.id,
    item: item.id,
    output: cue.output,
    priority: cue.priority,
    dueAt: at,
    latestStart: at + triggerWaitMs,
    endAt: at + expectedMs,
    expectedMs,
    breaksQuietHours: cue.breaksQuietHours,
    volume,
    trigger,
    ...(spoken ? { spoken } : {}),
    ...(cue.output === 'text' && item.text !== undefined ? { text: item.text } : {}),
    ...(cue.output === 'text' && item.video ? { video: item.video.sha256 } : {}),
    ...fresh(),
  };
}

/** How a stretch of playing ended. */
export interface Stretch {
  readonly ended: 'finished' | 'aborted' | 'refused' | 'failed';
  readonly cause?: MissCause;
}

/** The level that counts as heard, and what was read against it. */
export function evidenceOf(readings: readonly number[], heardAt: number | undefined): PlayRecord['evidence'] {
  if (readings.length === 0 || heardAt === undefined) return 'claimed';
  const heard = readings.filter((reading) => reading >= heardAt).length;
  return heard * 2 > readings.length ? 'heard' : 'contradicted';
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The record of a session, as it stands. */
export function draftOf(
  session: Session,
  at: number,
  outcome: Stretch,
  heardAt: number | undefined,
  dwellMs: number | undefined,
): PlayDraft {
  const { spoken, trigger, readings } = session;
  const playedMs = Math.round(session.playedMs);
  const share = session.output === 'text' ? shownShare : 1;
  const whole = session.output === 'audio' ? outcome.ended === 'finished' : playedMs >= session.expectedMs * share;
  const result = whole ? 'completed' : session.startedAt === undefined || playedMs === 0 ? 'refused' : 'cut';
  const cause = whole ? undefined : (outcome.cause ?? session.lost ?? 'pre-empted');
  return {
    kind: 'play',
    at,
    release: session.release,
    campaign: session.campaign,
    cue: session.cue,
    item: session.item,
    output: session.output,
    dueAt: session.dueAt,
    startedAt: session.startedAt ?? at,
    playedMs,
    expectedMs: session.expectedMs,
    result,
    ...(cause ? { cause } : {}),
    evidence: evidenceOf(readings, heardAt),
    ...(spoken ? { dialect: spoken.dialect, volume: session.volume } : {}),
    ...(spoken?.wanted ? { wanted: spoken.wanted } : {}),
    ...(readings.length > 0 ? { level: Math.round(mean(readings) * 10) / 10 } : {}),
    ...(trigger
      ? {
          trigger: {
            on: trigger.on,
            ...(trigger.site ? { site: trigger.site } : {}),
            ...(trigger.position ? { position: [trigger.position[0], trigger.position[1]] as [number, number] } : {}),
          },
        }
      : {}),
    ...(dwellMs === undefined ? {} : { dwellMs: Math.max(0, Math.round(dwellMs)) }),
    pauses: session.pauses,
  };
}
