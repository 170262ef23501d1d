import type { DriverParts, SoundDriver } from '../driver.js';
import { openSpeechChip } from '../voice/speech-driver.js';
import { codec } from './codec.js';

export type Xfs5152ceOptions = Readonly<Record<string, never>>;

/** The chip takes nearly 4 KB; a shorter part costs less when one has to be said again. */
const partBytes = 1000;

/** XFS5152CE speech chip: says the words of a sound by itself, in Mandarin. Source: its data sheet (科大讯飞). */
export function openXfs5152ce(parts: DriverParts, _options: Xfs5152ceOptions): SoundDriver {
  return openSpeechChip(parts, {
    name: 'XFS5152CE',
    encoding: 'gbk',
    maxTextBytes: partBytes,
    mostVolume: 10,
    gapMs: 20,
    speak: (text) => codec.encode({ kind: 'speak', encoding: 'gbk', text }),
    plain: (kind) => codec.encode({ kind }),
  });
}
