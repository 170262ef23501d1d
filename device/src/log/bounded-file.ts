import { basename, dirname } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';

/** Files that the bound is shared out to: the one that is written and those before it. */
const files = 4;
/** A medium that failed is left alone for so long, in milliseconds. */
const retryMs = 60_000;

/**
 * A log in a folder that never takes more than `bytes`, and that nobody waits for: where the medium is full, slow or
 * gone, lines are left out.
 */
export class BoundedFile {
  /** Lines wait in memory for a slow medium up to this, then they are left out; they all may go into one file. */
  readonly #waitingBytes: number;
  readonly #fileKilobytes: number;
  #stream: RotatingFileStream | undefined;
  #retryAt = 0;

  constructor(
    private readonly path: string,
    bytes: number,
    /** Monotonic, milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    const share = bytes / files;
    this.#waitingBytes = share / 4;
    this.#fileKilobytes = Math.max(1, Math.floor(share / 2 / 1024));
  }

  write(line: string): void {
    const stream = this.#stream ?? this.#open();
    if (stream && stream.writableLength + line.length < this.#waitingBytes) stream.write(line);
  }

  /** Writes what waits, as far as the medium takes it. */
  close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#retryAt = Number.POSITIVE_INFINITY;
    return new Promise((resolve) => {
      if (!stream || stream.destroyed) return resolve();
      stream.once('close', resolve).once('error', () => resolve());
      stream.end();
    });
  }

  #open(): RotatingFileStream | undefined {
    if (this.now() < this.#retryAt) return;
    const name = basename(this.path);
    // With `rotate` the first argument is the number of the older file, and none for the one that is written.
    const stream = createStream((number) => (number ? `${name}.${Number(number)}` : name), {
      path: dirname(this.path),
      size: `${this.#fileKilobytes}K`,
      rotate: files - 1,
      mode: 0o600,
    });
    const failed = (): void => {
      if (this.#stream === stream) this.#stream = undefined;
      this.#retryAt = Math.max(this.#retryAt, this.now() + retryMs);
      stream.destroy();
    };
    stream.on('error', failed);
    stream.on('warning', () => {});
    this.#stream = stream;
    return stream;
  }
}
