import type { Cancel, Clock } from '@xiaolaba/device';
import type { Sounding } from './module-twin.js';

export interface CardTrack {
  /** As the file is called: 1 for `0001.mp3`. */
  readonly number: number;
  readonly durationMs: number;
  /** `/01` to `/99`; `/MP3` where it is left out. */
  readonly folder?: number;
}

/** A module's card. The tracks stand in the order in which they were copied to it. */
export interface VoiceCard {
  readonly tracks: readonly CardTrack[];
}

/** Timers that power loss stops. */
export class TwinTimers {
  readonly #cancels = new Set<Cancel>();

  constructor(private readonly clock: Clock) {}

  after(milliseconds: number, call: () => void): Cancel {
    const unschedule = this.clock.after(milliseconds, () => {
      this.#cancels.delete(cancel);
      call();
    });
    const cancel = (): void => {
      this.#cancels.delete(cancel);
      unschedule();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  clear(): void {
    for (const cancel of [...this.#cancels]) cancel();
  }
}

export interface Playable {
  readonly track?: number;
  readonly words?: string;
  readonly durationMs: number;
}

/** The sounding half of a voice module: one sound at a time, which may stand paused. */
export class Playback {
  #sounding: Sounding | undefined;
  #paused: { readonly sound: Playable; readonly ended: () => void } | undefined;
  #ended: () => void = () => {};
  #cancel: Cancel = () => {};
  #volume = 1;
  readonly #calls: ((sounding: Sounding | undefined) => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly timers: TwinTimers,
  ) {}

  get sounding(): Sounding | undefined {
    return this.#sounding;
  }

  get state(): 'stopped' | 'playing' | 'paused' {
    if (this.#sounding) return 'playing';
    return this.#paused ? 'paused' : 'stopped';
  }

  onSounding(call: (sounding: Sounding | undefined) => void): void {
    this.#calls.push(call);
  }

  /** @param volume 0 to 1 */
  set volume(volume: number) {
    this.#volume = volume;
    if (this.#sounding) this.#tell({ ...this.#sounding, volume });
  }

  start(sound: Playable, ended: () => void): void {
    this.#cancel();
    this.#paused = undefined;
    this.#ended = ended;
    this.#cancel = this.timers.after(sound.durationMs, () => {
      this.#tell(undefined);
      ended();
    });
    this.#tell({ ...sound, volume: this.#volume, since: this.clock.monotonic() });
  }

  pause(): void {
    if (!this.#sounding) return;
    const { since, durationMs, track, words } = this.#sounding;
    const restMs = Math.max(0, durationMs - (this.clock.monotonic() - since));
    const sound = {
      durationMs: restMs,
      ...(track === undefined ? {} : { track }),
      ...(words === undefined ? {} : { words }),
    };
    this.#cancel();
    this.#paused = { sound, ended: this.#ended };
    this.#tell(undefined);
  }

  /** @returns whether there was something to go on with */
  resume(): boolean {
    if (!this.#paused) return false;
    this.start(this.#paused.sound, this.#paused.ended);
    return true;
  }

  stop(): void {
    this.#cancel();
    this.#paused = undefined;
    if (this.#sounding) this.#tell(undefined);
  }

  #tell(sounding: Sounding | undefined): void {
    this.#sounding = sounding;
    for (const call of this.#calls) call(sounding);
  }
}
