import { createHash } from 'node:crypto';

/** A place that a release is for, as far as its turn depends on it. */
export interface RolloutPlace {
  readonly place: string;
  /** Estate, stop, route…: the first wave is to see a bit of each. */
  readonly kind: string;
  /** Of the devices there that it is for. */
  readonly profiles: readonly string[];
  /** Whether one of those is connected: a place that is off shows nothing. */
  readonly online: boolean;
}

export interface WaveSizes {
  readonly firstPlaces: number;
  /** How much of all places the waves after the first have reached, rising; the last wave is the rest. */
  readonly thenPercent: readonly number[];
}

const byTurn = (seed: string, place: string): string => createHash('sha256').update(`${seed} ${place}`).digest('hex');

/**
 * Places in waves. Kinds and profiles take turns, so that the first few places are as mixed as they can be; among
 * equals connected ones come first, and then chance decides, the same for the same seed. Places that no device of is
 * enrolled come last. No wave is empty.
 */
export function planWaves(places: readonly RolloutPlace[], seed: string, sizes: WaveSizes): string[][] {
  const order = inTurns(places, seed);
  const ends = [sizes.firstPlaces, ...sizes.thenPercent.map((percent) => Math.ceil((order.length * percent) / 100))];
  const waves: string[][] = [];
  let from = 0;
  for (const end of [...ends, order.length]) {
    if (end <= from || from >= order.length) continue;
    waves.push(order.slice(from, end));
    from = end;
  }
  return waves;
}

function inTurns(places: readonly RolloutPlace[], seed: string): string[] {
  const sorted = places
    .map((one) => ({ ...one, turn: byTurn(seed, one.place) }))
    .sort((a, b) => Number(b.online) - Number(a.online) || (a.turn < b.turn ? -1 : 1));
  const strata = new Map<string, string[]>();
  const last: string[] = [];
  for (const { place, kind, profiles } of sorted) {
    if (profiles.length === 0) {
      last.push(place);
      continue;
    }
    const name = [kind, ...[...new Set(profiles)].sort()].join(' ');
    const stratum = strata.get(name);
    if (stratum) stratum.push(place);
    else strata.set(name, [place]);
  }
  const rows = [...strata].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members);
  const longest = Math.max(0, ...rows.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, at) => rows.flatMap((row) => row[at] ?? []));
  return [...turns.flat(), ...last];
}
