import type { Profile } from '@xiaolaba/protocol';
import type { Fault } from '../faults/faults.js';
import { stream } from '../world/random.js';
import type { Scenario, Scene } from './scenario.js';

const minute = 60_000;
const hour = 60 * minute;

/** Chooses devices for a fault, none twice. */
export class Draw {
  readonly #taken: Set<string>;

  constructor(private readonly scene: Scene) {
    this.#taken = new Set(scene.faulty);
  }

  /** So many devices of some profiles; `busy` ones have something to play by the clock. */
  take(purpose: string, count: number, profiles: readonly Profile[], busy = true): string[] {
    const { seed, devices, expected } = this.scene;
    const free = devices.filter(({ id, profile }) => profiles.includes(profile) && !this.#taken.has(id));
    const chosen: string[] = [];
    for (const { id } of stream(seed, 'faults', purpose).shuffle(free)) {
      if (chosen.length >= count) break;
      if (busy && expected(id).length === 0) continue;
      this.#taken.add(id);
      chosen.push(id);
    }
    return chosen;
  }

  /** Every bus of one route that has not been touched yet. */
  takeRoute(purpose: string): { readonly route: string; readonly buses: string[] } | undefined {
    const { seed, devices, routes } = this.scene;
    for (const route of stream(seed, 'faults', purpose).shuffle(routes)) {
      const buses = devices.filter(({ place }) => place === `route/${route}`).map(({ id }) => id);
      if (buses.length === 0 || buses.some((id) => this.#taken.has(id))) continue;
      for (const id of buses) this.#taken.add(id);
      return { route, buses };
    }
    return undefined;
  }
}

type Single = (scene: Scene, draw: Draw, count: number) => Fault[];

const secondOf = (instant: number): number => Math.round(instant / 1000) * 1000;

/** An instant in a part of the judged day, for one device and purpose. */
function moment(scene: Scene, device: string, purpose: string, from: number, to: number): number {
  const { span } = scene;
  const share = stream(scene.seed, 'faults', purpose, device).between(from, to);
  return secondOf(span.from + (span.to - span.from) * share);
}

/** Shortly before one of the first half of what a device is to play, so that the fault is felt. */
function beforeSlot(scene: Scene, device: string, purpose: string): number {
  const slots = scene.expected(device);
  const draw = stream(scene.seed, 'faults', purpose, device);
  const slot = slots[draw.integer(0, Math.max(0, Math.floor((slots.length - 1) / 2)))];
  return slot ? secondOf(slot.startAt - 90_000) : moment(scene, device, purpose, 0.1, 0.4);
}

/**
 * A device whose plug is pulled in the last part of a long text can't tell whether enough of it was shown to count;
 * nobody could. Earlier then, to where it is plain.
 */
function plainly(scene: Scene, device: string, instant: number): number {
  const undecided = scene.expected(device).find(({ startAt, endAt }) => {
    const done = (instant - startAt) / (endAt - startAt);
    return done > 0.8 && done < 1.02;
  });
  return undecided ? secondOf(undecided.startAt + (undecided.endAt - undecided.startAt) / 2) : instant;
}

/** However late in the day it began, a trouble is felt for so long. */
const shortestMs = 10 * minute;

/**
 * When a trouble is over that began at an instant: so early that the device can still report, but never before it
 * began, as one would be that is due to begin late in a short day: it would stay for good.
 */
const over = ({ span }: Scene, from: number, lastsMs: number, toReportMs = hour): number =>
  secondOf(Math.max(from + shortestMs, Math.min(from + lastsMs, span.to - toReportMs)));

/** Pulled plugs: some till the day's end, some for hours, some in the middle of a play. */
const powerCut: Single = (scene, draw, count) =>
  draw.take('power-cut', count, ['loudspeaker', 'booth-sign', 'bus-screen']).map((device, index) => {
    const slots = scene.expected(device);
    const inPlay = slots[Math.floor(slots.length / 3)];
    const midway = index % 3 === 0 && inPlay;
    const wanted = midway ? secondOf((inPlay.startAt + inPlay.endAt) / 2) : beforeSlot(scene, device, 'power-cut');
    const from = plainly(scene, device, wanted);
    const lasts = stream(scene.seed, 'faults', 'power-lasts', device).between(40, 240) * minute;
    const to = over(scene, from, lasts, 30 * minute);
    return { kind: 'power-cut', device, from, ...(index % 3 === 1 ? {} : { to }), torn: index % 2 === 0 };
  });

/** Costs nothing: what was played is reported when the link is back. */
const linkDown: Single = (scene, draw, count) =>
  draw.take('link-down', count, ['loudspeaker', 'booth-sign', 'bus-screen', 'bike-lock'], false).map((device) => {
    const from = moment(scene, device, 'link-down', 0.02, 0.5);
    const lasts = stream(scene.seed, 'faults', 'link-lasts', device).between(1, 6) * hour;
    return { kind: 'link-down', device, from, to: over(scene, from, lasts) };
  });

/** Without a link from before the releases went out until some of the day is over. */
const notDelivered: Single = (scene, draw, count) =>
  draw.take('not-delivered', count, ['loudspeaker', 'booth-sign']).map((device) => {
    const slots = scene.expected(device);
    const some = slots[Math.floor(slots.length / 3)]?.endAt ?? scene.span.from;
    const to = secondOf(Math.min(some + 5 * minute, scene.span.to - hour));
    return { kind: 'link-down', device, from: scene.publishedAt, to };
  });

/** Files rot, and the link that could bring them again is down. */
const badFile: Single = (scene, draw, count) => {
  const speakers = draw.take('bad-file', Math.ceil(count * 0.6), ['loudspeaker']);
  const movers = draw.take('bad-file', count - speakers.length, ['bike-lock', 'bus-screen'], false);
  return [...speakers, ...movers].flatMap((device): Fault[] => {
    const at = beforeSlot(scene, device, 'bad-file');
    const lasts = stream(scene.seed, 'faults', 'bad-file-lasts', device).between(2, 5) * hour;
    const to = over(scene, at, lasts);
    const rot = scene.files(device).map((content): Fault => ({ kind: 'corrupt', device, at, contents: [content] }));
    return [{ kind: 'link-down', device, from: at, to }, ...rot];
  });
};

const clock: Single = (scene, draw, count) =>
  draw.take('clock', count, ['loudspeaker', 'booth-sign']).map((device) => {
    const from = beforeSlot(scene, device, 'clock');
    const draws = stream(scene.seed, 'faults', 'clock-by', device);
    const byMs = secondOf(draws.between(2, 9) * hour) * (draws.chance(0.5) ? 1 : -1);
    const to = over(scene, from, draws.between(1, 4) * hour);
    return { kind: 'clock-jump', device, from, to, byMs };
  });

const silentAmplifier: Single = (scene, draw, count) =>
  draw.take('amplifier', count, ['loudspeaker']).map((device, index) => {
    const from = beforeSlot(scene, device, 'amplifier');
    const repaired = over(scene, from, 5 * hour);
    return { kind: 'amplifier-dead', device, from, ...(index % 2 === 0 ? { to: repaired } : {}) };
  });

const silentSign: Single = (scene, draw, count) =>
  draw.take('sign', count, ['booth-sign']).map((device, index) => {
    const from = beforeSlot(scene, device, 'sign');
    const repaired = over(scene, from, 4 * hour);
    return { kind: 'sign-dead', device, from, ...(index % 2 === 0 ? { to: repaired } : {}) };
  });

/** The village microphone is taken for a while. */
const override: Single = (scene, draw, count) =>
  draw.take('override', count, ['loudspeaker']).map((device) => {
    const from = beforeSlot(scene, device, 'override');
    const lasts = stream(scene.seed, 'faults', 'override-lasts', device).between(20, 40) * minute;
    return { kind: 'override', device, from, to: secondOf(from + lasts) };
  });

/** The owner of the place turned it down, or wants quiet when others don't. */
const noPermission: Single = (_scene, draw, count) =>
  draw.take('no-permission', count, ['loudspeaker']).map((device, index) => {
    if (index % 2 === 0) return { kind: 'owner-mute', device };
    return { kind: 'owner-quiet', device, quiet: { from: '06:00', to: '08:00' } };
  });

/** No bus of a route goes out for hours: with their screens on (nobody came), or off (nobody could). */
const noVisit: Single = (scene, draw, count) =>
  Array.from({ length: Math.ceil(count / 5) }, (_, index) => draw.takeRoute(`route-${index}`)).flatMap(
    (line, index) => {
      if (!line) return [];
      const length = scene.span.to - scene.span.from;
      const from = secondOf(scene.span.from + length * 0.05);
      const to = secondOf(scene.span.from + length * 0.55);
      return line.buses.flatMap((device): Fault[] => {
        const away: Fault = { kind: 'out-of-service', device, route: line.route, from, to };
        const off = plainly(scene, device, from);
        return index % 2 === 0 ? [away] : [away, { kind: 'power-cut', device, from: off, to, torn: false }];
      });
    },
  );

const singles = {
  offline: powerCut,
  'link-down': linkDown,
  'not-delivered': notDelivered,
  'bad-file': badFile,
  clock,
  silent: (scene, draw, count) => [
    ...silentAmplifier(scene, draw, Math.ceil(count / 2)),
    ...silentSign(scene, draw, Math.floor(count / 2)),
  ],
  'pre-empted': override,
  'no-permission': noPermission,
  'no-visit': noVisit,
} as const satisfies Record<string, Single>;

/** Scenarios with one kind of trouble each, by the cause they bring about (`link-down` brings none). */
export const singleScenarios: Readonly<Record<keyof typeof singles, Scenario>> = Object.fromEntries(
  Object.entries(singles).map(([name, single]) => [
    name,
    (scene: Scene) => single(scene, new Draw(scene), Math.max(2, Math.round(scene.devices.length * 0.01))),
  ]),
) as Record<keyof typeof singles, Scenario>;

/** A bad day: about seven in a hundred devices have some trouble, of every kind. */
export const mixed: Scenario = (scene) => {
  const draw = new Draw(scene);
  const share = (part: number): number => Math.max(1, Math.round(scene.devices.length * part));
  return [
    ...noVisit(scene, draw, scene.routes.length > 4 ? 10 : 1),
    ...powerCut(scene, draw, share(0.012)),
    ...notDelivered(scene, draw, share(0.006)),
    ...badFile(scene, draw, share(0.007)),
    ...clock(scene, draw, share(0.006)),
    ...silentAmplifier(scene, draw, share(0.006)),
    ...silentSign(scene, draw, share(0.006)),
    ...override(scene, draw, share(0.006)),
    ...noPermission(scene, draw, share(0.004)),
    ...linkDown(scene, draw, share(0.012)),
  ];
};
