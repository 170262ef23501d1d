import { encodeMessage, type Progress } from '@xiaolaba/protocol';
import type { Life } from '../life.js';

/** Progress reports that wait for a link; stale counts give way to newer ones. */
export class ProgressOutbox {
  readonly #waiting: Progress[] = [];
  #sending = false;

  constructor(
    private readonly life: Life,
    private readonly isOpen: () => boolean,
    private readonly publish: (message: Uint8Array) => Promise<void>,
  ) {}

  report(progress: Progress): void {
    const last = this.#waiting.at(-1);
    const lastInFlight = this.#sending && this.#waiting.length === 1;
    if (progress.stage === 'fetching' && last?.stage === 'fetching' && !lastInFlight) this.#waiting.pop();
    this.#waiting.push(progress);
    if (this.#waiting.length > 64) this.#waiting.splice(this.#sending ? 1 : 0, 1);
    if (!this.#sending && this.isOpen()) this.life.run('progress', () => this.flush());
  }

  /** Sends what waits; leaves what the link didn't take. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.#waiting[0]; next && this.isOpen(); next = this.#waiting[0]) {
        await this.publish(encodeMessage(next));
        this.#waiting.shift();
      }
    } catch {
      // Kept for the next connection.
    } finally {
      this.#sending = false;
    }
  }
}
