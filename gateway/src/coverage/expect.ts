import {
  addDays,
  distanceMetres,
  instantOf,
  type NamedRelease,
  type PlanInput,
  type PlannedSlot,
  type PlayRecord,
  type Profile,
  planDay,
  slotKey,
  triggerSpans,
} from '@xiaolaba/protocol';
import type { DistrictModel } from '../campaigns/index.js';
import type { IssuedAssignment } from '../delivery/index.js';
import { deviceSlotId, type Slot, stopSlotId } from './slot.js';
import { callsBetween } from './timetable.js';

export interface ExpectedDevice {
  readonly id: string;
  readonly profile: Profile;
  readonly place: string;
  readonly outputs: PlanInput['outputs'];
  readonly history: readonly IssuedAssignment[];
}

export interface Expectations {
  readonly model: DistrictModel;
  readonly release: (sha256: string) => NamedRelease | undefined;
}

interface Segment {
  readonly from: number;
  readonly to: number;
  readonly input: PlanInput;
}

function segmentsOf(device: ExpectedDevice, { model, release }: Expectations, from: number, to: number): Segment[] {
  const place = model.places.get(device.place);
  if (!place) return [];
  const { policy } = place;
  return device.history.flatMap((issued, index) => {
    const segment = {
      from: issued.effectiveFrom,
      to: device.history[index + 1]?.effectiveFrom ?? Number.POSITIVE_INFINITY,
    };
    if (segment.to <= from || segment.from >= to) return [];
    const releases = issued.releases.flatMap((sha256) => release(sha256) ?? []);
    return [
      {
        ...segment,
        input: { releases, profile: device.profile, outputs: device.outputs, policy, calendar: model.calendar },
      },
    ];
  });
}

/** The timed slots of one device on one local day, across the assignments that it was to hold in its course. */
export function expectTimed(device: ExpectedDevice, context: Expectations, day: string): Slot[] {
  const { zone } = context.model;
  const segments = segmentsOf(device, context, instantOf(day, '00:00', zone), instantOf(day, '24:00', zone));
  const plans = segments.map((segment) => planDay(segment.input, day).slots);
  const slots = new Map<string, Slot>();
  for (const [index, segment] of segments.entries()) {
    const next = new Set(plans[index + 1]?.map(slotKey));
    for (const planned of plans[index] ?? []) {
      const begins = segment.from <= planned.startAt && planned.startAt < segment.to;
      // What a new assignment ends in mid-play was not to be played to its end.
      const goesOn = planned.endAt <= segment.to || next.has(slotKey(planned));
      if (!begins || !goesOn) continue;
      const slot = timedSlot(device, planned, context, day);
      slots.set(slot.id, slot);
    }
  }
  return [...slots.values()];
}

function timedSlot(device: ExpectedDevice, planned: PlannedSlot, { release }: Expectations, day: string): Slot {
  const { spoken } = planned;
  const text =
    planned.output === 'text'
      ? release(planned.release)?.release.items.find(({ id }) => id === planned.item)?.text
      : undefined;
  return {
    id: deviceSlotId(device.id, planned.release, planned.cue, planned.dueAt),
    day,
    place: device.place,
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

/**
 * The arrival slots of the stops of one route on one local day: one for each stop, cue and window in which the
 * timetable has a vehicle call while the release is on the route's vehicles.
 */
export function expectArrivals(
  route: string,
  vehicles: readonly ExpectedDevice[],
  context: Expectations,
  day: string,
): Slot[] {
  const line = context.model.routes.get(route);
  if (!line) return [];
  const { zone } = context.model;
  const slots = new Map<string, Slot>();
  const dayFrom = instantOf(day, '00:00', zone);
  for (const vehicle of vehicles) {
    for (const segment of segmentsOf(vehicle, context, dayFrom, instantOf(addDays(day, 1), '24:00', zone))) {
      for (const named of segment.input.releases) {
        for (const cue of named.release.cues) {
          if (cue.timing.kind !== 'triggered' || cue.timing.on !== 'stop-arrival') continue;
          for (const span of triggerSpans(cue, segment.input, day)) {
            const startAt = Math.max(span.from, segment.from, named.release.validFrom);
            const endAt = Math.min(span.to, segment.to, named.release.validUntil);
            for (const { site } of line.stops) {
              const id = stopSlotId(site, named.sha256, cue.id, span.from);
              const known = slots.get(id);
              if (
                known
                  ? known.startAt <= startAt && known.endAt >= endAt
                  : !callsBetween(line, site, startAt, endAt, day, zone)
              )
                continue;
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
                dueAt: span.from,
                startAt: Math.min(startAt, known?.startAt ?? startAt),
                endAt: Math.max(endAt, known?.endAt ?? endAt),
                status: 'pending',
              });
            }
          }
        }
      }
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
