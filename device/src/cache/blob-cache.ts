import { type BlobRef, worldError } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { Storage } from '../ports/index.js';

/** Left free on the medium for the journal and the assignment. */
const reserveBytes = 1024 * 1024;

const blobName = (sha: string): string => `blobs/${sha}`;
const partialName = (sha: string): string => `partial/${sha}`;

/** Blobs by their SHA-256. What is under `blobs/` was whole and verified when it was put there. */
export class BlobCache {
  /** Sizes, the longest unused first. */
  readonly #sizes = new Map<string, number>();
  #total = 0;
  #referenced: ReadonlySet<string> = new Set();

  constructor(
    private readonly storage: Storage,
    private readonly maxBytes: number,
  ) {}

  async open(): Promise<void> {
    for (const name of await this.storage.list('blobs')) {
      const sha = name.replace(/^blobs\//, '');
      const size = await this.storage.size(blobName(sha));
      if (size !== undefined) this.#note(sha, size);
    }
  }

  has(sha: string): boolean {
    return this.#sizes.has(sha);
  }

  get bytes(): number {
    return this.#total;
  }

  /** What must stay, however full it gets. */
  reference(shas: Iterable<string>): void {
    this.#referenced = new Set(shas);
  }

  /** The bytes, verified now: a file that storage has spoilt is thrown away and comes back as `undefined`. */
  async read(sha: string): Promise<Uint8Array | undefined> {
    const size = this.#sizes.get(sha);
    if (size === undefined) return;
    const bytes = await this.storage.read(blobName(sha));
    if (!bytes || sha256(bytes) !== sha) {
      await this.drop(sha);
      return;
    }
    this.#forget(sha);
    this.#note(sha, size);
    return bytes;
  }

  async drop(sha: string): Promise<void> {
    this.#forget(sha);
    await this.storage.remove(blobName(sha));
  }

  /** Makes room, throwing out what nothing refers to. @throws XiaolabaError `storage-full` */
  async makeRoom(bytes: number): Promise<void> {
    // A download that nothing wants any more never ends, and would lie there for ever.
    for (const sha of await this.storage.list('partial'))
      if (!this.#referenced.has(sha)) await this.storage.remove(partialName(sha));
    for (const sha of [...this.#sizes.keys()]) {
      if (this.#total + bytes <= this.maxBytes && (await this.storage.free()) >= bytes + reserveBytes) return;
      if (!this.#referenced.has(sha)) await this.drop(sha);
    }
    if (this.#total + bytes > this.maxBytes || (await this.storage.free()) < bytes + reserveBytes)
      throw worldError('storage-full', 'no room for a blob', { bytes, max: this.maxBytes });
  }

  /** How much of a download is there from before. */
  async partialSize(sha: string): Promise<number> {
    return (await this.storage.size(partialName(sha))) ?? 0;
  }

  appendPartial(sha: string, bytes: Uint8Array): Promise<void> {
    return this.storage.append(partialName(sha), bytes);
  }

  dropPartial(sha: string): Promise<void> {
    return this.storage.remove(partialName(sha));
  }

  /**
   * Verifies what was downloaded and activates it.
   * @param rest what came after the partial file
   * @throws XiaolabaError `blob-corrupt`, `storage-full`, `storage-failed`
   */
  async complete(ref: BlobRef, rest: Uint8Array, hasPartial: boolean): Promise<void> {
    const begun = hasPartial ? await this.storage.read(partialName(ref.sha256)) : undefined;
    const bytes = begun ? Buffer.concat([begun, rest]) : rest;
    if (bytes.length !== ref.bytes || sha256(bytes) !== ref.sha256) {
      if (hasPartial) await this.dropPartial(ref.sha256);
      throw worldError('blob-corrupt', 'the bytes are not the ones announced', { sha256: ref.sha256 });
    }
    await this.storage.replace(blobName(ref.sha256), bytes);
    if (hasPartial) await this.dropPartial(ref.sha256);
    this.#forget(ref.sha256);
    this.#note(ref.sha256, bytes.length);
  }

  #note(sha: string, size: number): void {
    this.#sizes.set(sha, size);
    this.#total += size;
  }

  #forget(sha: string): void {
    this.#total -= this.#sizes.get(sha) ?? 0;
    this.#sizes.delete(sha);
  }
}
