import type { DriverParts, SoundDriver } from '../driver.js';
import { openSpeechChip } from '../voice/speech-driver.js';
import { codec } from './codec.js';
import { maxTextBytes } from './frames.js';

export type Syn6288Options = Readonly<Record<string, never>>;

/**
 * SYN6288 speech chip: says the words of a sound by itself, in Mandarin. The bytes of a frame must come within 8 ms of
 * each other, so each goes out in one write, and more than 8 ms apart from the next. Source: its data sheet (宇音天下).
 */
export function openSyn6288(parts: DriverParts, _options: Syn6288Options): SoundDriver {
  return openSpeechChip(parts, {
    name: 'SYN6288',
    encoding: 'gbk',
    maxTextBytes,
    mostVolume: 16,
    gapMs: 20,
    speak: (text) => codec.encode({ kind: 'speak', encoding: 'gbk', music: 0, text }),
    plain: (kind) => codec.encode({ kind }),
  });
}
