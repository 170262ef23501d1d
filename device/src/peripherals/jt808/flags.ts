import type { Edition } from './header.js';

type Names = Readonly<Record<number, string>>;

/** JT/T 808-2013 table 24, JT/T 808-2019 table 25. */
const alarmsSince2013: Names = {
  0: 'emergency',
  1: 'overspeed',
  2: 'fatigue',
  3: 'danger-warning',
  4: 'gnss-module-fault',
  5: 'gnss-antenna-open',
  6: 'gnss-antenna-short',
  7: 'main-power-low',
  8: 'main-power-lost',
  9: 'display-fault',
  10: 'speech-module-fault',
  11: 'camera-fault',
  12: 'ic-card-module-fault',
  13: 'overspeed-warning',
  14: 'fatigue-warning',
  18: 'day-driving-too-long',
  19: 'parking-too-long',
  20: 'area-crossed',
  21: 'route-crossed',
  22: 'route-time-wrong',
  23: 'off-route',
  24: 'speed-sensor-fault',
  25: 'fuel-abnormal',
  26: 'stolen',
  27: 'illegal-ignition',
  28: 'illegal-movement',
  29: 'collision',
  30: 'rollover',
  31: 'illegal-door-open',
};
const alarms: Readonly<Record<Edition, Names>> = {
  '2013': alarmsSince2013,
  '2019': { ...alarmsSince2013, 15: 'illegal-driving', 16: 'tyre-pressure-warning', 17: 'right-turn-blind-spot' },
};

/** JT/T 808-2013 table 25, JT/T 808-2019 table 26; bits 8 and 9 are the load: neither empty, the first half, both full. */
const statesSince2013: Names = {
  0: 'acc-on',
  1: 'located',
  2: 'south',
  3: 'west',
  4: 'out-of-service',
  5: 'coordinates-encrypted',
  8: 'load-half',
  9: 'load-high',
  10: 'fuel-cut',
  11: 'power-cut',
  12: 'doors-locked',
  13: 'door-1-open',
  14: 'door-2-open',
  15: 'door-3-open',
  16: 'door-4-open',
  17: 'door-5-open',
  18: 'gps',
  19: 'beidou',
  20: 'glonass',
  21: 'galileo',
};
const states: Readonly<Record<Edition, Names>> = {
  '2013': statesSince2013,
  '2019': { ...statesSince2013, 6: 'forward-collision-warning', 7: 'lane-departure-warning', 22: 'moving' },
};

/** JT/T 808 table of item 25, signals of the vehicle. */
const signals: Names = {
  0: 'low-beam',
  1: 'high-beam',
  2: 'right-indicator',
  3: 'left-indicator',
  4: 'brake',
  5: 'reverse',
  6: 'fog-light',
  7: 'outline-light',
  8: 'horn',
  9: 'air-conditioning',
  10: 'neutral',
  11: 'retarder',
  12: 'abs',
  13: 'heater',
  14: 'clutch',
};
const signalNames: Readonly<Record<Edition, Names>> = { '2013': signals, '2019': signals };

export type FlagTable = Readonly<Record<Edition, Names>>;
export const flagTables = { alarms, states, signals: signalNames } as const;

/** The set bits of a 32-bit word by name, `bit-17` where the edition names none. */
export function flagNames(word: number, table: FlagTable, edition: Edition): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) names.push(table[edition][bit] ?? `bit-${bit}`);
  return names;
}

const bits = new Map<Names, ReadonlyMap<string, number>>();
function bitsOf(names: Names): ReadonlyMap<string, number> {
  const known = bits.get(names) ?? new Map(Object.entries(names).map(([bit, name]) => [name, Number(bit)]));
  bits.set(names, known);
  return known;
}

/** @returns undefined where a name is not one of the edition's */
export function flagWord(names: readonly string[], table: FlagTable, edition: Edition): number | undefined {
  let word = 0;
  for (const name of names) {
    const numbered = /^bit-(\d|[12]\d|3[01])$/.exec(name);
    const bit = bitsOf(table[edition]).get(name) ?? (numbered ? Number(numbered[1]) : undefined);
    if (bit === undefined) return undefined;
    word |= 1 << bit;
  }
  return word >>> 0;
}
