import type { Cancel, Clock } from '@xiaolaba/device';
import { distanceMetres, encodeMessage, type Position, type RouteStops } from '@xiaolaba/protocol';

/** A short bus line that nobody will look for on a map; demo data. */
const stops = [
  { site: 'stop-a', name: '东门（演示）', position: [113.31, 24.86] },
  { site: 'stop-b', name: '农贸市场（演示）', position: [113.3168, 24.8632] },
  { site: 'stop-c', name: '县医院（演示）', position: [113.3245, 24.8619] },
  { site: 'stop-d', name: '客运站（演示）', position: [113.3301, 24.8575] },
] as const;
const radiusMetres = 40;
/** 36 km/h, for the patience of whoever stands at the bench. */
const metresPerSecond = 10;
const stepMs = 1_000;

/** The line of the bench's bus, and where the bus is on it. */
export class Line {
  #position: Position = stops[0].position;
  #goal: Position | undefined;
  #cancel: Cancel | undefined;
  onMoved: (position: Position, metresPerSecond: number) => void = () => {};

  constructor(
    private readonly clock: Clock,
    private readonly changed: () => void,
  ) {}

  get stops(): readonly {
    readonly id: string;
    readonly name: string;
    readonly position: Position;
    readonly radius: number;
  }[] {
    return stops.map(({ site, name, position }) => ({ id: site, name, position, radius: radiusMetres }));
  }

  get position(): Position {
    return this.#position;
  }

  /** As an assignment carries it. */
  get blob(): Uint8Array {
    const route: RouteStops = {
      v: 1,
      id: 'bench-line',
      stops: stops.map(({ site, position }) => ({ site, position: [position[0], position[1]], radius: radiusMetres })),
    };
    return encodeMessage(route);
  }

  /** @returns false where there is no such stop */
  driveTo(stop: string): boolean {
    const goal = stops.find(({ site }) => site === stop);
    if (!goal) return false;
    this.#goal = goal.position;
    this.#cancel?.();
    this.#step();
    return true;
  }

  close(): void {
    this.#cancel?.();
  }

  #step(): void {
    const goal = this.#goal;
    if (!goal) return;
    const left = distanceMetres(this.#position, goal);
    const stride = (metresPerSecond * stepMs) / 1000;
    const share = Math.min(1, stride / Math.max(left, stride));
    const [longitude, latitude] = this.#position;
    this.#position = [longitude + (goal[0] - longitude) * share, latitude + (goal[1] - latitude) * share];
    const arrived = share >= 1;
    if (arrived) this.#goal = undefined;
    this.onMoved(this.#position, arrived ? 0 : metresPerSecond);
    this.changed();
    if (!arrived) this.#cancel = this.clock.after(stepMs, () => this.#step());
  }
}
