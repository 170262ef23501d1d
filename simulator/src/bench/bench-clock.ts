import type { Activity } from '@xiaolaba/device';
import { SystemClock } from '@xiaolaba/device/adapters';

/** The clocks of a device on the bench: real time, whose wall clock somebody may have set wrongly. */
export class BenchClock extends SystemClock implements Activity {
  /** By how much the wall clock is off, milliseconds. */
  offsetMs = 0;

  constructor(private readonly failed: (name: string, error: unknown) => void) {
    super();
  }

  override now(): number {
    return Date.now() + this.offsetMs;
  }

  run(name: string, work: () => void | Promise<void>): void {
    try {
      Promise.resolve(work()).catch((error: unknown) => this.failed(name, error));
    } catch (error) {
      this.failed(name, error);
    }
  }
}
