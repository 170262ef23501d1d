import type { DistrictView, PlaceDetail, RecordView, Vehicle } from '@xiaolaba/gateway/contract';
import { dayStart, placeDay, placesOf, slotsOf } from './day.js';
import { chance } from './plan.js';

const minute = 60_000;

export const placeDetail = (district: DistrictView, id: string, day: string, now: number): PlaceDetail | undefined => {
  const place = placesOf(district).find((entry) => entry.place === id);
  if (!place) return undefined;
  const from = dayStart(day);
  const slots = slotsOf(district, place, day, now);
  const one = placeDay(district, place, day, now);
  const device = `${id.replace('/', '-')}-1`;
  const records = slots.flatMap((slot): RecordView[] => {
    if (!slot.record || slot.startedAt === undefined) return [];
    const at = slot.startedAt + (slot.playedMs ?? 0);
    return [
      {
        id: slot.record,
        device,
        kind: 'play',
        at,
        receivedAt: at + 1500,
        record: {
          seq: slots.indexOf(slot) + 2,
          at,
          kind: 'play',
          campaign: slot.campaign,
          cue: slot.cue,
          item: slot.item,
          output: slot.output,
          dueAt: slot.dueAt,
          startedAt: slot.startedAt,
          playedMs: slot.playedMs,
          result: slot.status === 'partly' ? 'cut' : 'completed',
          evidence: slot.evidence,
          volume: 65,
          level: slot.evidence === 'heard' ? 71.4 : undefined,
        },
      },
    ];
  });
  const boot = from + 5 * 60 * minute;
  const online = one.online ?? true;
  return {
    place: one,
    now,
    span: { from, to: from + 24 * 60 * minute },
    quiet: [
      { from, to: from + 6 * 60 * minute },
      { from: from + 22 * 60 * minute, to: from + 24 * 60 * minute },
    ],
    devices: [
      {
        id: device,
        profile:
          place.kind === 'route' || place.kind === 'stop'
            ? 'bus-screen'
            : place.kind === 'fleet'
              ? 'bike-lock'
              : 'loudspeaker',
        place: id,
        online,
        enrolled: true,
        lastHeardAt: online ? now - 8000 : now - 47 * minute,
        clock: one.cause === 'clock' ? 'unsynchronised' : 'trusted',
        clockOffsetMs: 140,
        unreported: online ? 0 : 6,
        firmware: '0.1.0',
        assignment: { issued: 3, active: 3, stage: 'active', done: 3, of: 3 },
        faults: one.cause === 'silent' ? [{ part: 'amplifier', reason: 'no-current' }] : [],
      },
    ],
    slots,
    records: [
      {
        id: 'r-boot',
        device,
        kind: 'boot',
        at: boot,
        receivedAt: boot + 900,
        record: { seq: 1, at: boot, kind: 'boot', firmware: '0.1.0' },
      },
      ...records,
    ],
  };
};

/** Buses shuttle along their stops, bikes stand about the parking points. */
export const vehiclesAt = (district: DistrictView, now: number): Vehicle[] => {
  const positions = new Map(district.sites.map((site) => [site.id, site.position]));
  const parking = district.sites.filter(({ kind }) => kind === 'parking');
  const buses = Array.from({ length: 50 }, (_, index): Vehicle[] => {
    const route = district.routes[index % district.routes.length];
    const stops =
      route?.stops.flatMap((id) => {
        const at = positions.get(id);
        return at ? [at] : [];
      }) ?? [];
    if (!route || stops.length < 2) return [];
    const legs = stops.length - 1;
    const along = (now / (3 * minute) + index * 3.7) % (2 * legs);
    const at = along > legs ? 2 * legs - along : along;
    const leg = Math.min(legs - 1, Math.floor(at));
    const [a, b] = [stops[leg], stops[leg + 1]];
    if (!a || !b) return [];
    const part = at - leg;
    return [
      {
        device: `bus-${index + 1}`,
        place: `route/${route.id}`,
        position: [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part],
        playing: chance(index, Math.floor(now / (5 * minute))) < 0.35,
        online: index % 23 !== 7,
      },
    ];
  }).flat();
  const bikes = Array.from({ length: 500 }, (_, index): Vehicle[] => {
    const point =
      parking[Math.floor(chance('bike', index, Math.floor(now / (60 * minute) + index / 500)) * parking.length)];
    const fleet = district.fleets[index % district.fleets.length];
    if (!point || !fleet) return [];
    return [
      {
        device: `bike-${index + 1}`,
        place: `fleet/${fleet.id}`,
        position: [
          point.position[0] + (chance(index, 'x') - 0.5) * 0.0012,
          point.position[1] + (chance(index, 'y') - 0.5) * 0.0012,
        ],
        playing: chance(index, Math.floor(now / minute)) < 0.01,
        online: index % 40 !== 3,
      },
    ];
  }).flat();
  return [...buses, ...bikes];
};
