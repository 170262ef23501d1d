import type { Output, Profile } from '@xiaolaba/protocol';
import type { Peripherals } from '../ports/index.js';

export interface ProfileTraits {
  /** What a device of this profile can put out at most; what is not wired falls away. */
  readonly outputs: readonly Output[];
  /** Seconds between beats. */
  readonly beatSeconds: number;
  /** Bytes for the blob cache. */
  readonly cacheBytes: number;
  /** Whether it meets places on its way instead of standing at one. */
  readonly moves: boolean;
}

const megabyte = 1024 * 1024;

export const profileTraits: Readonly<Record<Profile, ProfileTraits>> = {
  loudspeaker: { outputs: ['audio'], beatSeconds: 60, cacheBytes: 512 * megabyte, moves: false },
  'bus-screen': { outputs: ['audio', 'text'], beatSeconds: 60, cacheBytes: 512 * megabyte, moves: true },
  'bike-lock': { outputs: ['audio'], beatSeconds: 300, cacheBytes: 4 * megabyte, moves: true },
  'booth-sign': { outputs: ['text'], beatSeconds: 60, cacheBytes: 64 * megabyte, moves: false },
};

/**
 * The outputs of a profile. The plan is made for these, as the gateway makes it, whether or not the part is
 * there: a missing one shows as refused plays with a cause and not as nothing at all.
 */
export const outputsOf = (profile: Profile): readonly Output[] => profileTraits[profile].outputs;

/** Parts that the profile needs and that are not wired. */
export function missingParts(profile: Profile, peripherals: Peripherals): string[] {
  return outputsOf(profile).flatMap((output) => {
    if (output === 'audio') return peripherals.sound ? [] : ['sound'];
    return peripherals.sign ? [] : ['sign'];
  });
}
