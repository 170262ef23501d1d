import { errorCode } from '@xiaolaba/protocol';
import type { Logger } from 'pino';

/** Work that nobody awaits but that must not be lost sight of: it ends before the gateway does, and its errors are told. */
export class Work {
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly log: Logger) {}

  run(name: string, work: () => Promise<void>): void {
    const running: Promise<void> = (async () => work())()
      .catch((error: unknown) => {
        this.log.warn({ work: name, code: errorCode(error), error }, 'work failed');
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
