import {
  type Calendar,
  type Cue,
  type MissCause,
  maxWaitMs,
  type NamedRelease,
  type Output,
  type PlanInput,
  type PlannedSlot,
  type Profile,
  planDay,
  type SitePolicy,
  type Span,
  triggered,
  triggerSpans,
} from '@xiaolaba/protocol';
import type { DeviceFacts, SoundStretch } from './world/facts.js';

/** A release with everything that the world has to know of it. */
export interface AiredRelease extends NamedRelease {
  /** When its assignment comes into force: earlier slots are nobody's duty. */
  readonly effectiveFrom: number;
}

/** One endpoint as the truth sees it: what it was to do, and what happened to it. */
export interface Witnessed {
  readonly id: string;
  readonly profile: Profile;
  readonly place: string;
  readonly outputs: readonly Output[];
  readonly policy: SitePolicy;
  /** What the owner of the place forbids beyond that. */
  readonly forbidden: readonly Span[];
  readonly facts: DeviceFacts;
}

/** Calls that the timetable promises at a stop between two instants. */
export type CallsBetween = (route: string, site: string, from: number, to: number) => boolean;

export interface TruthInput {
  readonly day: string;
  /** Only slots that lie wholly within are judged. */
  readonly span: Span;
  readonly calendar: Calendar;
  readonly releases: readonly AiredRelease[];
  readonly devices: readonly Witnessed[];
  readonly routes: readonly { readonly id: string; readonly stops: readonly string[] }[];
  readonly callsBetween: CallsBetween;
}

export interface TrueSlot {
  /** As the ledger names it, so that the two can be laid side by side. */
  readonly id: string;
  /** The same in every run: without the hash of a signature. */
  readonly key: string;
  readonly place: string;
  readonly status: 'verified' | 'partly' | 'missed';
  readonly cause?: MissCause;
}

/** What counts as having been there, of the duration; and how late it may have begun, milliseconds. */
const share = 0.9;
const latestMs = 120_000;
/** How long a vehicle must be at a stop while it announces, or half of what is shorter. */
const standMs = 5_000;
/** Of several failed visits the most telling. */
const visitRank: readonly MissCause[] = [
  'bad-file',
  'silent',
  'clock',
  'no-permission',
  'pre-empted',
  'not-delivered',
  'offline',
];

/** A device looks at its clock with every beat: so long a corrected clock may still be distrusted. */
const noticeMs = 61_000;

interface Verdict {
  readonly status: TrueSlot['status'];
  readonly cause?: MissCause;
}

const release16 = (sha256: string): string => sha256.slice(0, 16);

/** What really was to be heard and seen on a day, slot by slot, by nothing but what happened in the world. */
export function truthOf(input: TruthInput): TrueSlot[] {
  const slots = [
    ...input.devices.flatMap((device) => timedTruth(device, input)),
    ...input.devices.filter(({ profile }) => profile === 'bike-lock').flatMap((device) => lockTruth(device, input)),
    ...stopTruth(input),
  ];
  return slots.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function planInput(device: Witnessed, { releases, calendar }: TruthInput): PlanInput {
  const { profile, outputs, policy, place } = device;
  const mine = releases.filter(
    ({ release }) => release.audience.profiles.includes(profile) && release.audience.places.includes(place),
  );
  return { releases: mine, profile, outputs, policy, calendar };
}

const within = (span: Span, from: number, to: number): boolean => span.from <= from && to <= span.to;

/** The slots that a device was to play by the clock. */
export function expectedOf(device: Witnessed, input: TruthInput): PlannedSlot[] {
  const since = new Map(input.releases.map((one) => [one.sha256, one.effectiveFrom]));
  return planDay(planInput(device, input), input.day).slots.filter(
    (slot) => within(input.span, slot.startAt, slot.endAt) && slot.startAt >= (since.get(slot.release) ?? 0),
  );
}

function timedTruth(device: Witnessed, input: TruthInput): TrueSlot[] {
  const texts = new Map(
    input.releases.flatMap(({ sha256, release }) => release.items.map((item) => [`${sha256}/${item.id}`, item.text])),
  );
  const expected = expectedOf(device, input);
  return expected.map((slot, index) => {
    const { release, campaign, cue, dueAt, output } = slot;
    const file = slot.spoken?.rendition.sha256;
    const again = expected.slice(index + 1).find((later) => later.spoken?.rendition.sha256 === file);
    return {
      id: `${device.id}/${release16(release)}/${cue}/${dueAt}`,
      key: `${device.id} ${campaign} ${cue} ${output} ${dueAt}`,
      place: device.place,
      ...(slot.output === 'audio'
        ? judgeSound(device, slot, again?.startAt ?? Number.POSITIVE_INFINITY)
        : judgeText(device, slot, texts.get(`${release}/${slot.item}`) ?? '')),
    };
  });
}

/** Sound of one file from an instant on, until as much as the whole file could have come out. */
function heard(sounds: readonly SoundStretch[], sha256: string, from: number, to: number) {
  let ms = 0;
  let begun: number | undefined;
  for (const stretch of sounds) {
    if (stretch.sha256 !== sha256 || stretch.from < from || stretch.from >= to || !stretch.audible) continue;
    begun ??= stretch.from;
    ms += stretch.to - stretch.from;
  }
  return { ms, begun };
}

/** @param again when the same file is due there the next time */
function judgeSound(device: Witnessed, slot: PlannedSlot, again: number): Verdict {
  const { facts } = device;
  const sha256 = slot.spoken?.rendition.sha256 ?? '';
  const durationMs = slot.endAt - slot.startAt;
  const until = Math.min(slot.endAt + latestMs + maxWaitMs, again - 1_000);
  const { ms, begun } = heard(facts.sounds, sha256, slot.startAt - 1_000, until);
  const own = Math.min(ms, durationMs);
  if (begun !== undefined && own >= durationMs * share && begun - slot.startAt <= latestMs)
    return { status: 'verified' };
  const cause = causeOf(device, slot, sha256);
  return { status: begun !== undefined && begun - slot.startAt <= latestMs + durationMs ? 'partly' : 'missed', cause };
}

function judgeText(device: Witnessed, slot: PlannedSlot, text: string): Verdict {
  const durationMs = slot.endAt - slot.startAt;
  let ms = 0;
  let begun = Number.POSITIVE_INFINITY;
  for (const stretch of device.facts.shown) {
    const from = Math.max(stretch.from, slot.startAt);
    const to = Math.min(stretch.to, slot.endAt);
    if (stretch.text !== text || to <= from) continue;
    begun = Math.min(begun, from);
    ms += to - from;
  }
  if (ms >= durationMs * share && begun - slot.startAt <= latestMs) return { status: 'verified' };
  return { status: ms > 0 ? 'partly' : 'missed', cause: causeOf(device, slot, undefined) };
}

const touches = (spans: readonly Span[], from: number, to: number): boolean =>
  spans.some((span) => span.from < to && from < span.to);

/** The one thing that was wrong there and then. */
function causeOf(
  { facts, forbidden }: Witnessed,
  slot: { readonly release: string; readonly startAt: number; readonly endAt: number; readonly output: Output },
  sha256: string | undefined,
): MissCause {
  const { startAt, endAt, output } = slot;
  if (touches(facts.off.spans, startAt, endAt)) return 'offline';
  if (facts.firstHeld(slot.release) > startAt) return 'not-delivered';
  const wrong = facts.clockWrong.spans.map(({ from, to }) => ({ from, to: to + noticeMs }));
  if (touches(wrong, startAt, endAt)) return 'clock';
  if (output === 'audio') {
    if (touches(forbidden, startAt, endAt)) return 'no-permission';
    // A file that comes back in the very instant in which it was found spoilt came too late for this play.
    if (sha256 !== undefined && !facts.holds(sha256, startAt - 1)) return 'bad-file';
    if (touches(facts.overridden.spans, startAt, endAt + latestMs)) return 'pre-empted';
    if (touches(facts.amplifierDead.spans, startAt, endAt)) return 'silent';
  } else if (touches(facts.signDead.spans, startAt, endAt)) return 'silent';
  return 'unknown';
}

/** Every time somebody handled a lock that was to speak then. */
function lockTruth(device: Witnessed, input: TruthInput): TrueSlot[] {
  const { facts } = device;
  const plan = planInput(device, input);
  const counts = new Map<string, number>();
  const last = new Map<string, number>();
  const slots: TrueSlot[] = [];
  for (const event of facts.locks) {
    const there = plan.releases.filter(({ sha256 }) => facts.firstHeld(sha256) <= event.at);
    const plays = triggered(
      { ...plan, releases: there },
      {
        on: event.on,
        at: event.at,
        count: (release, cue) => counts.get(`${release}/${cue}`) ?? 0,
        lastAt: (release, cue) => last.get(`${release}/${cue}`),
      },
    );
    for (const { named, cue, spoken } of plays) {
      const name = `${named.sha256}/${cue.id}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      last.set(name, event.at);
      const durationMs = spoken?.rendition.durationMs ?? 0;
      if (!within(input.span, event.at, event.at + durationMs)) continue;
      const sha256 = spoken?.rendition.sha256 ?? '';
      const { ms } = heard(facts.sounds, sha256, event.at, event.at + latestMs);
      const slot = { release: named.sha256, startAt: event.at, endAt: event.at + durationMs, output: cue.output };
      slots.push({
        id: `${device.id}/${release16(named.sha256)}/${cue.id}/${event.at}`,
        key: `${device.id} ${named.release.campaign} ${cue.id} ${cue.output} ${event.at}`,
        place: `site/${event.site}`,
        ...(ms >= durationMs * share
          ? { status: 'verified' as const }
          : { status: ms > 0 ? ('partly' as const) : ('missed' as const), cause: causeOf(device, slot, sha256) }),
      });
    }
  }
  return slots;
}

/** Every stop, cue and window in which the timetable promises a vehicle that announces. */
function stopTruth(input: TruthInput): TrueSlot[] {
  const slots = new Map<string, { cue: Cue; named: AiredRelease; span: Span; site: string; from: number }>();
  for (const route of input.routes) {
    const [vehicle] = input.devices.filter(({ place }) => place === `route/${route.id}`);
    if (!vehicle) continue;
    const plan = planInput(vehicle, input);
    for (const named of plan.releases as readonly AiredRelease[]) {
      for (const cue of named.release.cues) {
        if (cue.timing.kind !== 'triggered' || cue.timing.on !== 'stop-arrival') continue;
        for (const window of triggerSpans(cue, plan, input.day)) {
          const from = Math.max(window.from, named.effectiveFrom, named.release.validFrom);
          const to = Math.min(window.to, named.release.validUntil);
          if (to > input.span.to || to <= input.span.from) continue;
          for (const site of route.stops) {
            if (!input.callsBetween(route.id, site, from, to)) continue;
            const id = `stop/${site}/${release16(named.sha256)}/${cue.id}/${window.from}`;
            slots.set(id, { cue, named, span: { from, to }, site, from: window.from });
          }
        }
      }
    }
  }
  return [...slots].map(([id, { cue, named, span, site, from }]) => ({
    id,
    key: `stop ${site} ${named.release.campaign} ${cue.id} ${cue.output} ${from}`,
    place: `site/${site}`,
    ...judgeStop(site, cue, named, span, input),
  }));
}

function judgeStop(site: string, cue: Cue, named: AiredRelease, span: Span, input: TruthInput): Verdict {
  const { audience } = named.release;
  const passing = input.routes.filter(
    ({ id, stops }) => stops.includes(site) && audience.places.includes(`route/${id}`),
  );
  const vehicles = input.devices.filter(({ place }) => passing.some(({ id }) => place === `route/${id}`));
  const files = new Set(
    named.release.items
      .filter(({ id }) => cue.items.includes(id))
      .flatMap(({ audio }) => audio.flatMap(({ renditions }) => renditions))
      .filter(({ profile }) => profile === 'bus-screen')
      .map(({ sha256 }) => sha256),
  );
  const durations = new Map(
    named.release.items.flatMap(({ audio }) =>
      audio.flatMap(({ renditions }) => renditions.map(({ sha256, durationMs }) => [sha256, durationMs] as const)),
    ),
  );
  const causes: MissCause[] = [];
  let partly = false;
  for (const vehicle of vehicles) {
    const { facts } = vehicle;
    for (const visit of facts.visits) {
      // An announcement begins on the way in, while the vehicle is within earshot of the stop.
      const from = visit.from - 1_000;
      if (visit.site !== site || visit.from < span.from || visit.from >= span.to) continue;
      const best = bestAnnouncement(facts.sounds, files, durations, from, visit.to);
      if (best >= 1) return { status: 'verified' };
      if (best > 0) partly = true;
      const announced = { release: named.sha256, startAt: from, endAt: visit.from + 20_000, output: cue.output };
      causes.push(
        causeOf(
          vehicle,
          announced,
          [...files].find((sha256) => !facts.holds(sha256, from)),
        ),
      );
    }
  }
  const cause = visitRank.find((candidate) => causes.includes(candidate));
  if (cause) return { status: partly ? 'partly' : 'missed', cause };
  if (causes.length > 0) return { status: partly ? 'partly' : 'missed', cause: 'unknown' };
  const off = vehicles.some(({ facts }) => touches(facts.off.spans, span.from, span.to));
  return { status: 'missed', cause: off ? 'offline' : 'no-visit' };
}

/** 1 where an announcement was heard whole and long enough at the stop; less where only a part was. */
function bestAnnouncement(
  sounds: readonly SoundStretch[],
  files: ReadonlySet<string>,
  durations: ReadonlyMap<string, number>,
  from: number,
  to: number,
): number {
  let best = 0;
  const played = new Map<number, { ms: number; sha256: string; stood: number }>();
  for (const stretch of sounds) {
    if (!files.has(stretch.sha256) || !stretch.audible || stretch.from < from || stretch.from >= to) continue;
    const sum = played.get(stretch.playing) ?? { ms: 0, sha256: stretch.sha256, stood: 0 };
    sum.ms += stretch.to - stretch.from;
    sum.stood += Math.max(0, Math.min(stretch.to, to) - stretch.from);
    played.set(stretch.playing, sum);
  }
  for (const { ms, sha256, stood } of played.values()) {
    const durationMs = durations.get(sha256) ?? Number.POSITIVE_INFINITY;
    const whole = ms >= durationMs * share && stood >= Math.min(standMs, durationMs / 2);
    best = Math.max(best, whole ? 1 : Math.min(0.99, ms / durationMs));
  }
  return best;
}
