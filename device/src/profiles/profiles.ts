import { type Profile, profileOutputs } from '@xiaolaba/protocol';
import type { Peripherals } from '../ports/index.js';

/** Over HTTP, or in chunks over MQTT. */
export type FileWay = 'http' | 'mqtt';

export interface ProfileTraits {
  /** Seconds between beats. */
  readonly beatSeconds: number;
  /** Bytes for the blob cache. */
  readonly cacheBytes: number;
  /** How files come; a lock has a modem that speaks MQTT and no more. */
  readonly files: FileWay;
  /** Whether it meets places on its way instead of standing at one. */
  readonly moves: boolean;
}

const megabyte = 1024 * 1024;

export const profileTraits: Readonly<Record<Profile, ProfileTraits>> = {
  loudspeaker: { beatSeconds: 60, cacheBytes: 512 * megabyte, files: 'http', moves: false },
  'bus-screen': { beatSeconds: 60, cacheBytes: 512 * megabyte, files: 'http', moves: true },
  'bike-lock': { beatSeconds: 300, cacheBytes: 4 * megabyte, files: 'mqtt', moves: true },
  'booth-sign': { beatSeconds: 60, cacheBytes: 64 * megabyte, files: 'http', moves: false },
};

/** Parts that the profile needs and that are not wired. */
export function missingParts(profile: Profile, peripherals: Peripherals): string[] {
  return profileOutputs[profile].flatMap((output) => {
    if (output === 'audio') return peripherals.sound ? [] : ['sound'];
    return peripherals.sign ? [] : ['sign'];
  });
}
