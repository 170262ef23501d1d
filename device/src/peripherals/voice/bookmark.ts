import type { Sound } from '../../ports/index.js';

/** By how much a caller's place in a sound may differ from the module's, milliseconds. */
const toleranceMs = 1000;

/** Where a module stands paused. It holds one place only: any other sound, and a restart, loses it. */
export class Bookmark {
  #place: { readonly sha256: string; readonly atMs: number } | undefined;
  #playing: { readonly sha256: string; readonly fromMs: number } | undefined;

  isAt(sound: Sound): boolean {
    const place = this.#place;
    return sound.fromMs > 0 && place?.sha256 === sound.sha256 && Math.abs(place.atMs - sound.fromMs) <= toleranceMs;
  }

  /** A sound begins: where it was paused, or from its beginning. */
  begin(sound: Sound, resumed: boolean): void {
    this.#playing = { sha256: sound.sha256, fromMs: resumed ? sound.fromMs : 0 };
    this.#place = undefined;
  }

  pause(soundedMs: number): void {
    if (this.#playing) this.#place = { sha256: this.#playing.sha256, atMs: this.#playing.fromMs + soundedMs };
    this.#playing = undefined;
  }

  lose(): void {
    this.#place = undefined;
    this.#playing = undefined;
  }
}

/** Volume in steps of the module, never louder than asked. @param volume per cent */
export const volumeSteps = (volume: number, most: number): number =>
  Math.max(0, Math.min(most, Math.floor((volume * most) / 100)));
