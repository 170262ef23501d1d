import type { Sound, SoundEnd, SoundOutput } from '@xiaolaba/device';
import { sha256 } from '@xiaolaba/protocol/node';
import type { Flight } from '../time/flights.js';
import type { Cancel, WorldTime } from '../time/world-time.js';
import type { Acoustics } from './acoustics.js';

/** Hashes of contents that are shared and never change: a file is hashed once, not at every playing. */
export class SoundNames {
  readonly #names = new WeakMap<Uint8Array, string>();

  nameOf(bytes: Uint8Array): string {
    let name = this.#names.get(bytes);
    if (name === undefined) {
      name = sha256(bytes);
      this.#names.set(bytes, name);
    }
    return name;
  }
}

/** The sound card reports the end of a sound with its next period, milliseconds. */
const periodMs = 250;

let playings = 0;

/** The twin of a sound card or module: takes as long as the sound, and lets the world hear it. */
export class TwinSound implements SoundOutput {
  #stop: ((off: boolean) => void) | undefined;

  constructor(
    private readonly time: WorldTime,
    private readonly flight: Flight,
    private readonly acoustics: Acoustics,
    private readonly names: SoundNames,
  ) {}

  play(sound: Sound, signal: AbortSignal): Promise<SoundEnd> {
    if (signal.aborted) return Promise.resolve({ playedMs: 0, ended: 'aborted' });
    if (this.#stop) return Promise.resolve({ playedMs: 0, ended: 'failed', reason: 'output' });
    const from = this.time.now();
    const restMs = Math.max(0, sound.durationMs - sound.fromMs);
    this.acoustics.begin(this.names.nameOf(sound.bytes), ++playings, sound.fromMs);
    const landed = this.flight.wait();
    return new Promise((resolve) => {
      const cancels: Cancel[] = [];
      const finish = (ended: 'finished' | 'aborted'): void => {
        this.#stop = undefined;
        for (const cancel of cancels) cancel();
        signal.removeEventListener('abort', abort);
        this.acoustics.end();
        landed();
        resolve({ playedMs: Math.min(restMs, this.time.now() - from), ended });
      };
      const abort = (): void => finish('aborted');
      signal.addEventListener('abort', abort, { once: true });
      cancels.push(
        this.time.at(from + restMs, 'world', () => this.acoustics.end()),
        this.time.at(Math.ceil((from + restMs) / periodMs) * periodMs, 'device', () => finish('finished')),
      );
      this.#stop = () => {
        this.#stop = undefined;
        for (const cancel of cancels) cancel();
        signal.removeEventListener('abort', abort);
      };
    });
  }

  /** Power is gone: the sound breaks off and nobody is told. */
  powerOff(): void {
    this.#stop?.(true);
    this.acoustics.powerOff();
  }
}
