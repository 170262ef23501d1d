import { type Cue, clockOf, type Item, type Profile, type Release, type Timing } from '@xiaolaba/protocol';
import type { BenchContent } from './bench-content.js';

export const benchZone = 'Asia/Shanghai';
const dayMs = 86_400_000;
const minuteMs = 60_000;
/** How long a text stays that was put up at a touch. */
const textMs = 90_000;
/** No alert: quiet hours hold for the bench as they do outside. What is asked for last goes before all else. */
const priorityOf = (turn: number): number => 60 + (turn % 30);
const allDay = { days: 'every-day', from: '00:00', to: '24:00' } as const;

export interface BenchPlace {
  readonly profile: Profile;
  readonly place: string;
}

const itemsOf = ({ spoken, texts }: BenchContent): Item[] => [
  ...spoken.map(({ id, title, dialect, words, rendition }) => ({
    id,
    title,
    audio: [{ dialect, voice: 'synthesis' as const, words, renditions: [rendition] }],
  })),
  ...texts.map(({ id, title, text, film }) => ({ id, title, audio: [], text, ...(film ? { video: film.video } : {}) })),
];

const cueOf = (id: string, output: Cue['output'], item: string, timing: Timing, priority: number): Cue => ({
  id,
  output,
  items: [item],
  timing,
  priority,
  volumeCap: 80,
  dialects: 'first',
  breaksQuietHours: false,
});

/** What the device always holds: what it does when a lock opens, or a stop comes near. */
export function standingRelease(
  content: BenchContent,
  { profile, place }: BenchPlace,
  now: number,
): Release | undefined {
  const item = content.spoken.find(({ id }) => id === (profile === 'bike-lock' ? 'bike-prompt' : 'brushing'));
  if (!item || (profile !== 'bike-lock' && profile !== 'bus-screen')) return;
  const on = profile === 'bike-lock' ? 'unlock' : 'stop-arrival';
  const timing: Timing = { kind: 'triggered', on, windows: [allDay], cooldownSeconds: 0 };
  return {
    v: 1,
    campaign: 'bench-standing',
    revision: 1,
    title: '工作台常备',
    frozenAt: now,
    validFrom: now - dayMs,
    validUntil: now + 30 * dayMs,
    audience: { profiles: [profile], places: [place] },
    items: itemsOf({ spoken: [item], texts: [] }),
    cues: [cueOf(on, 'audio', item.id, timing, 50)],
  };
}

/** One item, at once: due with the minute that has just begun, which a device may begin two minutes late. */
export function playRelease(
  content: BenchContent,
  item: string,
  { profile, place }: BenchPlace,
  turn: number,
  now: number,
): Release {
  const isText = content.texts.some(({ id }) => id === item);
  const minute = Math.floor(now / minuteMs) * minuteMs;
  const from = clockOf(minute, benchZone).slice(0, 5);
  const timing: Timing = isText
    ? { kind: 'continuous', windows: [allDay], segmentSeconds: 86_400 }
    : { kind: 'once', windows: [{ days: 'every-day', from, to: '24:00' }] };
  return {
    v: 1,
    campaign: `bench-${turn}`,
    revision: 1,
    title: '工作台试播',
    frozenAt: now,
    validFrom: isText ? now : minute,
    validUntil: isText ? now + textMs : minute + 2 * minuteMs,
    audience: { profiles: [profile], places: [place] },
    items: itemsOf(content).filter(({ id }) => id === item),
    cues: [cueOf('play', isText ? 'text' : 'audio', item, timing, priorityOf(turn))],
  };
}
