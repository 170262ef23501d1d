import { EventEmitter } from 'node:events';
import { errorText } from '@xiaolaba/protocol';
import type { ByteLine } from '../driver.js';
import { Strange } from '../module-health.js';

/** What firmata-io takes for its serial port. It lasts from plug to unplug; the next plug gets another. */
export class LineTransport extends EventEmitter {
  /** The first bytes: what they are decides whether this is a board at all. */
  readonly first = new Strange();
  #ended = false;
  #received = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(
    private readonly line: ByteLine,
    private readonly failed: (reason: string) => void,
  ) {
    super();
  }

  /** Bytes that have come. */
  get received(): number {
    return this.#received;
  }

  /** Settles with what was written last. */
  get written(): Promise<void> {
    return this.#written;
  }

  receive(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#received += bytes.length;
    this.first.add(bytes);
    this.emit('data', bytes);
  }

  write(bytes: Uint8Array, done?: () => void): void {
    if (this.#ended) return;
    this.#written = this.line.write(bytes);
    this.#written.then(
      () => done?.(),
      (error: unknown) => {
        if (!this.#ended) this.failed(errorText(error));
      },
    );
  }

  end(): void {
    this.#ended = true;
    this.removeAllListeners();
  }
}
