import {
  addDays,
  type Cue,
  distanceMetres,
  instantOf,
  type NamedRelease,
  overlaps,
  type PlanInput,
  type PlannedSlot,
  type PlayRecord,
  type Profile,
  planDay,
  quietSpans,
  type Span,
  slotKey,
  triggerSpans,
} from '@xiaolaba/protocol';
import { saysExercise } from '../alerts/exercise.js';
import type { DistrictModel } from '../campaigns/index.js';
import type { IssuedAssignment } from '../delivery/index.js';
import { deviceSlotId, type Slot, stopSlotId } from './slot.js';
import { callsBetween } from './timetable.js';

export interface ExpectedDevice {
  readonly id: string;
  readonly profile: Profile;
  readonly outputs: PlanInput['outputs'];
  readonly history: readonly IssuedAssignment[];
  /** From when nothing is expected of it any more: it has been shut out. */
  readonly until?: number;
}

export interface Expectations {
  readonly model: DistrictModel;
  readonly release: (sha256: string) => NamedRelease | undefined;
  /** Keeps plans for as long as these expectations are looked at. */
  readonly plans?: Plans;
}

/** Days as they were planned: devices that hold the same at places of the same rules share one. */
export class Plans {
  readonly #days = new Map<string, readonly PlannedSlot[]>();

  of(input: PlanInput, day: string): readonly PlannedSlot[] {
    const { profile, policy, releases } = input;
    const key = JSON.stringify([day, profile, policy, releases.map(({ sha256 }) => sha256)]);
    let slots = this.#days.get(key);
    if (!slots) {
      slots = planDay(input, day).slots;
      this.#days.set(key, slots);
    }
    return slots;
  }
}

interface Segment extends Span {
  readonly place: string;
  readonly input: PlanInput;
}

const localDay = (day: string, zone: string): Span => ({
  from: instantOf(day, '00:00', zone),
  to: instantOf(day, '24:00', zone),
});

/** What came into force: a device drops an assignment that still waits for its time when a newer one comes. */
const inForce = (history: readonly IssuedAssignment[]): IssuedAssignment[] =>
  history.filter((issued, index) => {
    const next = history[index + 1];
    return next === undefined || next.issuedAt >= issued.effectiveFrom;
  });

/** What a device was to hold in a span of time, as it was told: place, policy and releases. */
function segmentsOf(device: ExpectedDevice, { model, release }: Expectations, span: Span): Segment[] {
  const history = inForce(device.history);
  return history.flatMap((issued, index) => {
    const { place, policy, effectiveFrom: from } = issued;
    const next = history[index + 1]?.effectiveFrom ?? Number.POSITIVE_INFINITY;
    const to = Math.min(next, device.until ?? Number.POSITIVE_INFINITY);
    if (to <= from || !overlaps({ from, to }, span) || !model.places.has(place)) return [];
    const releases = issued.releases.flatMap((sha256) => release(sha256) ?? []);
    const { profile, outputs } = device;
    return [{ from, to, place, input: { releases, profile, outputs, policy, calendar: model.calendar } }];
  });
}

/** An exercise takes its time from others, and its own plays are no announcements that anybody was to hear. */
function isExercise({ release: name }: PlannedSlot, { release }: Expectations): boolean {
  const named = release(name)?.release;
  return named?.campaign.startsWith('exercise-') === true && saysExercise(named);
}

/** The timed slots of one device on one local day, across the assignments that it was to hold in its course. */
export function expectTimed(device: ExpectedDevice, context: Expectations, day: string): Slot[] {
  const segments = segmentsOf(device, context, localDay(day, context.model.zone));
  const { plans: kept = new Plans() } = context;
  const plans = segments.map((segment) => kept.of(segment.input, day));
  const slots = new Map<string, Slot>();
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]?.from === segment.to ? new Set(plans[index + 1]?.map(slotKey)) : undefined;
    for (const planned of plans[index] ?? []) {
      const begins = segment.from <= planned.startAt && planned.startAt < segment.to;
      // What a new assignment ends in mid-play was not to be played to its end.
      const goesOn = planned.endAt <= segment.to || next?.has(slotKey(planned));
      if (!begins || !goesOn || isExercise(planned, context)) continue;
      const slot = timedSlot(device, segment.place, planned, context, day);
      slots.set(slot.id, slot);
    }
  }
  return [...slots.values()];
}

function timedSlot(
  device: ExpectedDevice,
  place: string,
  planned: PlannedSlot,
  { release }: Expectations,
  day: string,
): Slot {
  const { spoken } = planned;
  const text =
    planned.output === 'text'
      ? release(planned.release)?.release.items.find(({ id }) => id === planned.item)?.text
      : undefined;
  return {
    id: deviceSlotId(device.id, planned.release, planned.cue, planned.dueAt),
    day,
    place,
    device: device.id,
    release: planned.release,
    campaign: planned.campaign,
    cue: planned.cue,
    item: planned.item,
    output: planned.output,
    dueAt: planned.dueAt,
    startAt: planned.startAt,
    endAt: planned.endAt,
    ...(spoken ? { dialect: spoken.dialect, voice: spoken.voice, audio: spoken.rendition.sha256 } : {}),
    ...(spoken?.wanted ? { wanted: spoken.wanted } : {}),
    ...(text ? { text } : {}),
    status: 'pending',
  };
}

/** The day's share of the spans in which a cue listens for arrivals, and where in each it may be heard. */
function arrivalSpans(cue: Cue, named: NamedRelease, segment: Segment, day: Span, dayName: string) {
  const { input } = segment;
  const items = named.release.items.filter((item) => cue.items.includes(item.id));
  const lengths = items.flatMap((item) =>
    cue.output === 'text'
      ? item.text === undefined
        ? []
        : [0]
      : item.audio.flatMap((version) =>
          version.renditions.filter(({ profile }) => profile === input.profile).map(({ durationMs }) => durationMs),
        ),
  );
  if (lengths.length === 0) return [];
  const quiet =
    cue.output === 'audio' && !cue.breaksQuietHours
      ? [dayName, addDays(dayName, 1)].flatMap((one) => quietSpans(input.policy.quietHours, one, input.policy.zone))
      : [];
  // An announcement must be over before the quiet begins.
  const longest = Math.max(...lengths);
  return [addDays(dayName, -1), dayName].flatMap((begins) =>
    triggerSpans(cue, input, begins).flatMap((whole) => {
      const from = Math.max(whole.from, day.from);
      const span = {
        from: Math.max(from, segment.from, named.release.validFrom),
        to: Math.min(whole.to, day.to, segment.to, named.release.validUntil),
      };
      let parts = [span];
      for (const hours of quiet) parts = parts.flatMap((part) => without(part, hours.from - longest, hours.to));
      return parts.map((part) => ({ name: from, part }));
    }),
  );
}

/** What is left of a span before and after something. */
const without = (span: Span, from: number, to: number): Span[] =>
  [
    { from: span.from, to: Math.min(span.to, from) },
    { from: Math.max(span.from, to), to: span.to },
  ].filter((part) => part.from < part.to);

/**
 * The arrival slots of the stops of one route on one local day: one for each stop, cue and window in which the
 * timetable has a vehicle call while the release is on the route's vehicles and may be heard.
 */
export function expectArrivals(
  route: string,
  devices: readonly ExpectedDevice[],
  context: Expectations,
  day: string,
): Slot[] {
  const line = context.model.routes.get(route);
  if (!line) return [];
  const { zone } = context.model;
  const span = localDay(day, zone);
  const slots = new Map<string, Slot>();
  const segments = devices
    .filter(({ history }) => history.some(({ place }) => place === `route/${route}`))
    .flatMap((device) => segmentsOf(device, context, span))
    .filter(({ place }) => place === `route/${route}`);
  for (const segment of segments) {
    for (const named of segment.input.releases) {
      for (const cue of named.release.cues) {
        if (cue.timing.kind !== 'triggered' || cue.timing.on !== 'stop-arrival') continue;
        for (const { name, part } of arrivalSpans(cue, named, segment, span, day)) {
          for (const { site } of line.stops) {
            const id = stopSlotId(site, named.sha256, cue.id, name);
            const known = slots.get(id);
            if (known && known.startAt <= part.from && known.endAt >= part.to) continue;
            if (!callsBetween(line, site, part.from, part.to, day, zone)) continue;
            slots.set(id, {
              id,
              day,
              place: `site/${site}`,
              release: named.sha256,
              campaign: named.release.campaign,
              cue: cue.id,
              item: cue.items[0] ?? '',
              output: cue.output,
              trigger: 'stop-arrival',
              dueAt: name,
              startAt: Math.min(part.from, known?.startAt ?? part.from),
              endAt: Math.max(part.to, known?.endAt ?? part.to),
              status: 'pending',
            });
          }
        }
      }
    }
  }
  return [...slots.values()];
}

/** Arrival slots of all routes; a stop on several routes is expected once, over the widest span. */
export function expectAllArrivals(devices: readonly ExpectedDevice[], context: Expectations, day: string): Slot[] {
  const slots = new Map<string, Slot>();
  for (const route of context.model.routes.keys()) {
    for (const slot of expectArrivals(route, devices, context, day)) {
      const known = slots.get(slot.id);
      const startAt = Math.min(slot.startAt, known?.startAt ?? slot.startAt);
      const endAt = Math.max(slot.endAt, known?.endAt ?? slot.endAt);
      slots.set(slot.id, { ...slot, startAt, endAt });
    }
  }
  return [...slots.values()];
}

/** Farther than this from a parking point a bike was unlocked somewhere else, in metres. */
const parkingRadiusMetres = 150;

/** An unlocking is expected by having happened: the record itself makes its slot, at the nearest parking point. */
export function unlockSlot(device: string, place: string, record: PlayRecord, model: DistrictModel, day: string): Slot {
  const position = record.trigger?.position;
  let nearest: { readonly id: string; readonly metres: number } | undefined;
  if (position) {
    for (const site of model.parking) {
      const metres = distanceMetres(site.position, position);
      if (metres <= parkingRadiusMetres && metres < (nearest?.metres ?? Number.POSITIVE_INFINITY))
        nearest = { id: site.id, metres };
    }
  }
  return {
    id: deviceSlotId(device, record.release, record.cue, record.dueAt),
    day,
    place: nearest ? `site/${nearest.id}` : place,
    device,
    release: record.release,
    campaign: record.campaign,
    cue: record.cue,
    item: record.item,
    output: record.output,
    ...(record.trigger ? { trigger: record.trigger.on } : {}),
    dueAt: record.dueAt,
    startAt: record.dueAt,
    endAt: record.dueAt + record.expectedMs,
    ...(record.dialect ? { dialect: record.dialect } : {}),
    ...(record.wanted ? { wanted: record.wanted } : {}),
    status: 'pending',
  };
}
