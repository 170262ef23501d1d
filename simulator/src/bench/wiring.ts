import type { Profile } from '@xiaolaba/protocol';
import type { SpokenItem } from './bench-content.js';
import type { PartId } from './contract.js';
import type { Emission } from './ears.js';

/** What is wired where: `simulated`, or a port as the device file has it. */
export interface PartWiring {
  readonly part: PartId;
  readonly kind: string;
  readonly port: string;
}

export interface Emitted extends Emission {
  readonly item: SpokenItem | undefined;
  readonly words: string | undefined;
}

const soundKinds = ['sound-card', 'dfplayer', 'jq8900', 'syn6288', 'xfs5152ce'] as const;
const signKinds = ['onbon-bx5k', 'jetfile2', 'matrix'] as const;
const kinds: Readonly<Record<Profile, Partial<Record<PartId, readonly string[]>>>> = {
  loudspeaker: { sound: soundKinds, board: ['firmata'] },
  'bus-screen': {
    sound: soundKinds,
    sign: [...signKinds, 'jt808', 'page'],
    position: ['nmea0183', 'jt808'],
    board: ['firmata'],
  },
  'bike-lock': { sound: ['dfplayer', 'jq8900', 'sound-card', 'syn6288'], lock: ['omni'] },
  'booth-sign': { sign: signKinds },
};

/** What could be wired as a part of a profile; the first is usual. */
export const kindsOf = (profile: Profile, part: PartId): readonly string[] => kinds[profile][part] ?? [];

export const usualWiring = (profile: Profile): readonly PartWiring[] =>
  Object.entries(kinds[profile]).map(([part, [kind = '']]) => ({ part: part as PartId, kind, port: 'simulated' }));
