import type { Clock, Sound, SoundEnd, SoundOutput } from '@xiaolaba/device';

/** A sound card with nothing plugged into its socket but the bench: takes as long as the sound. */
export class BenchSoundCard implements SoundOutput {
  isPlugged = true;
  #now: Sound | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly sounding: (sound: Sound | undefined) => void,
  ) {}

  async play(sound: Sound, signal: AbortSignal): Promise<SoundEnd> {
    if (!this.isPlugged || this.#now) return { playedMs: 0, ended: 'failed', reason: 'output' };
    const restMs = sound.durationMs - sound.fromMs;
    const from = this.clock.monotonic();
    this.#now = sound;
    this.sounding(sound);
    await this.clock.sleep(restMs, signal);
    this.#now = undefined;
    this.sounding(undefined);
    const playedMs = Math.min(restMs, this.clock.monotonic() - from);
    if (!this.isPlugged) return { playedMs, ended: 'failed', reason: 'output' };
    return { playedMs, ended: signal.aborted ? 'aborted' : 'finished' };
  }
}
