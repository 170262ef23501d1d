import type {
  Breakdown,
  DayView,
  DistrictView,
  PlaceDay,
  SilentPlace,
  SlotView,
  Tally,
} from '@xiaolaba/gateway/contract';
import { chance, cuesOf, fateOf } from './plan.js';

const minute = 60_000;
/** Asia/Shanghai keeps +08:00 all year. */
export const dayStart = (day: string): number => Date.parse(`${day}T00:00:00+08:00`);
export const dayAt = (now: number): string => new Date(now + 8 * 60 * minute).toISOString().slice(0, 10);

interface Place {
  readonly place: string;
  readonly kind: SilentPlace['kind'];
  readonly name: { zh: string; en: string };
  readonly township?: string;
  readonly policeStation?: string;
  readonly dialects: readonly string[];
}

export const placesOf = (district: DistrictView): Place[] => [
  ...district.sites.map((site) => ({ ...site, place: `site/${site.id}` })),
  ...district.routes.map((route) => ({
    ...route,
    place: `route/${route.id}`,
    kind: 'route' as const,
    dialects: ['cmn'],
  })),
  ...district.fleets.map((fleet) => ({
    ...fleet,
    place: `fleet/${fleet.id}`,
    kind: 'fleet' as const,
    dialects: ['cmn'],
  })),
];

/** SHA-256 of the fixture's one sound, so that its address has the form of a real one. */
export const blob = '4f'.repeat(32);

export const slotsOf = (district: DistrictView, place: Place, day: string, now: number): SlotView[] => {
  const start = dayStart(day);
  const fate = fateOf(place.place, day);
  const slots: SlotView[] = [];
  for (const cue of cuesOf(place.kind)) {
    const title = district.campaigns.find(({ id }) => id === cue.campaign)?.title ?? {
      zh: cue.campaign,
      en: cue.campaign,
    };
    for (let at = cue.from; at < cue.to; at += cue.every) {
      const dueAt = start + at * minute;
      const endAt = dueAt + (cue.triggered ? cue.every * minute : cue.seconds * 1000);
      const lag = cue.triggered
        ? chance(place.place, day, at) * 0.8 * cue.every * minute
        : 200 + chance(place.place, at) * 1800;
      const startedAt = Math.round(dueAt + lag);
      const hit = fate.cause !== undefined && at >= fate.from && at < fate.to;
      const done = hit ? now >= endAt + minute : now >= startedAt + cue.seconds * 1000;
      const status = !done ? 'pending' : !hit ? 'verified' : fate.partly ? 'partly' : 'missed';
      const wanted = place.dialects[0] ?? 'cmn';
      const spoken = wanted === 'hak' ? 'cmn' : wanted;
      const played = status === 'verified' || status === 'partly';
      slots.push({
        id: `${place.place}/${cue.campaign}/${cue.output}/${at}`,
        device: `${place.place.replace('/', '-')}-1`,
        campaign: cue.campaign,
        title,
        cue: cue.item,
        item: cue.item,
        itemTitle: cue.item,
        output: cue.output,
        dueAt,
        startAt: dueAt,
        endAt,
        triggered: cue.triggered,
        status,
        ...(hit && done && fate.cause ? { cause: fate.cause } : {}),
        ...(played ? { evidence: hit ? 'claimed' : fate.evidence === 'contradicted' ? 'heard' : fate.evidence } : {}),
        ...(status === 'missed' && fate.evidence === 'contradicted' ? { evidence: 'contradicted' as const } : {}),
        ...(cue.output === 'audio'
          ? { dialect: spoken, voice: 'recording' as const, audio: `/blobs/${blob}` }
          : { text: cue.text }),
        ...(cue.output === 'audio' && spoken !== wanted ? { wanted } : {}),
        ...(cue.output === 'audio' ? { text: cue.text } : {}),
        ...(played
          ? { startedAt, playedMs: Math.round(cue.seconds * (hit ? 420 : 1000)), record: `r-${cue.item}-${at}` }
          : {}),
      });
    }
  }
  return slots.sort((a, b) => a.startAt - b.startAt);
};

const tally = (slots: readonly SlotView[], now: number): Tally => ({
  expected: slots.length,
  due: slots.filter((slot) => slot.status !== 'pending' || slot.endAt < now).length,
  verified: slots.filter((slot) => slot.status === 'verified').length,
  heard: slots.filter((slot) => slot.evidence === 'heard').length,
  partly: slots.filter((slot) => slot.status === 'partly').length,
  missed: slots.filter((slot) => slot.status === 'missed').length,
});

export const placeDay = (district: DistrictView, place: Place, day: string, now: number): PlaceDay => {
  const slots = slotsOf(district, place, day, now);
  const counts = tally(slots, now);
  const done = slots.filter((slot) => slot.status !== 'pending');
  const running = slots.find((slot) =>
    slot.status === 'verified' ? false : !slot.triggered && slot.startAt <= now && now < slot.endAt,
  );
  const fate = fateOf(place.place, day);
  const minuteNow = (now - dayStart(day)) / minute;
  const failing = fate.cause !== undefined && minuteNow >= fate.from && minuteNow < fate.to;
  const state: PlaceDay['state'] =
    slots.length === 0
      ? 'none'
      : done.length === 0
        ? 'pending'
        : slots.some((slot) => slot.evidence === 'contradicted')
          ? 'contradicted'
          : counts.missed > 0 && counts.verified === 0
            ? 'missed'
            : counts.missed + counts.partly > 0
              ? 'partly'
              : counts.heard > 0
                ? 'heard'
                : 'claimed';
  return {
    place: place.place,
    ...counts,
    state,
    ...(counts.missed + counts.partly > 0 && fate.cause ? { cause: fate.cause } : {}),
    ...(running && !failing
      ? { playing: { campaign: running.campaign, item: running.item, since: running.startAt, output: running.output } }
      : {}),
    ...(place.kind === 'estate' || place.kind === 'village' || place.kind === 'booth' || place.kind === 'square'
      ? { online: !(failing && fate.cause === 'offline') }
      : {}),
  };
};

const add = (days: readonly PlaceDay[]): Tally => {
  const sum = { expected: 0, due: 0, verified: 0, heard: 0, partly: 0, missed: 0 };
  for (const day of days) for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += day[key];
  return sum;
};

export const dayView = (district: DistrictView, day: string, now: number): DayView => {
  const places = placesOf(district).map((place) => ({ place, day: placeDay(district, place, day, now) }));
  const by = (key: (place: Place) => string | undefined): Breakdown[] => {
    const ids = new Set(places.flatMap(({ place }) => key(place) ?? []));
    return [...ids].map((id) => {
      const days = places.filter(({ place }) => key(place) === id).map((member) => member.day);
      const covered = days.filter(({ state }) => state === 'heard' || state === 'claimed').length;
      return { id, ...add(days), covered, of: days.filter(({ expected }) => expected > 0).length };
    });
  };
  const causes: DayView['causes'] = {};
  for (const { day: one } of places)
    if (one.cause) causes[one.cause] = (causes[one.cause] ?? 0) + one.missed + one.partly;
  const offline = places.filter(({ day: one }) => one.online === false).length;
  return {
    day,
    now,
    closed: now > dayStart(day) + 25 * 60 * minute,
    totals: add(places.map((entry) => entry.day)),
    devices: { known: 750, online: 743 - offline },
    causes,
    kinds: by(({ kind }) => kind),
    townships: by(({ township }) => township),
    policeStations: by(({ policeStation }) => policeStation),
    campaigns: district.campaigns.map(({ id }) => {
      const members = places.filter(({ place }) => cuesOf(place.kind).some((cue) => cue.campaign === id));
      const days = members.map((member) => member.day);
      const covered = days.filter(({ state }) => state === 'heard' || state === 'claimed').length;
      return { id, ...add(days), covered, of: days.length };
    }),
    places: places.map((entry) => entry.day),
  };
};

export const silentPlaces = (district: DistrictView, day: string, now: number): SilentPlace[] =>
  placesOf(district)
    .flatMap((place): SilentPlace[] => {
      const one = placeDay(district, place, day, now);
      if (one.missed === 0 || !one.cause) return [];
      const fate = fateOf(place.place, day);
      const slots = slotsOf(district, place, day, now);
      const firstMissed = slots.find((slot) => slot.status === 'missed');
      return [
        {
          place: place.place,
          name: place.name,
          kind: place.kind,
          ...(place.township ? { township: place.township } : {}),
          ...(place.policeStation ? { policeStation: place.policeStation } : {}),
          cause: one.cause,
          missed: one.missed,
          due: one.due,
          since: firstMissed?.startAt ?? now,
          ongoing: now < dayStart(day) + fate.to * minute,
        },
      ];
    })
    .sort((a, b) => Number(b.ongoing) - Number(a.ongoing) || b.missed - a.missed);
