import type { Storage } from '@xiaolaba/device';
import { worldError } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import { Intervals } from '../time/intervals.js';
import type { WorldTime } from '../time/world-time.js';
import type { DeviceFacts } from '../world/facts.js';

/** Contents by their hash: hundreds of flashes that hold the same file share one copy of it. */
export class ContentPool {
  readonly #contents = new Map<string, Uint8Array>();

  intern(bytes: Uint8Array): { readonly sha256: string; readonly bytes: Uint8Array } {
    const hash = sha256(bytes);
    const known = this.#contents.get(hash);
    if (known) return { sha256: hash, bytes: known };
    const copy = Uint8Array.from(bytes);
    this.#contents.set(hash, copy);
    return { sha256: hash, bytes: copy };
  }
}

interface File {
  chunks: Uint8Array[];
  size: number;
  /** Set where the content is shared. */
  sha256?: string;
}

/** Below this a file isn't worth sharing. */
const sharedFrom = 512;

/** The twin of a flash chip with its file system; it survives power loss. Never hands out bytes for writing. */
export class TwinFlash implements Storage {
  readonly #files = new Map<string, File>();
  #used = 0;
  #taken = 0;
  #lastAppended: string | undefined;
  #worn = false;

  constructor(
    private readonly pool: ContentPool,
    private readonly time: WorldTime,
    private readonly facts: DeviceFacts,
    private readonly capacity = 1024 * 1024 * 1024,
  ) {}

  async read(name: string): Promise<Uint8Array | undefined> {
    const file = this.#files.get(name);
    if (!file) return undefined;
    const [only] = file.chunks;
    if (only && file.chunks.length === 1) return only;
    const whole = new Uint8Array(Buffer.concat(file.chunks));
    file.chunks = [whole];
    return whole;
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    this.#claim(bytes.length - (this.#files.get(name)?.size ?? 0));
    if (bytes.length < sharedFrom) {
      this.#files.set(name, { chunks: [Uint8Array.from(bytes)], size: bytes.length });
      return;
    }
    const shared = this.pool.intern(bytes);
    this.#files.set(name, { chunks: [shared.bytes], size: bytes.length, sha256: shared.sha256 });
    this.#heldSince(shared.sha256);
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    this.#claim(bytes.length);
    this.#lastAppended = name;
    const file = this.#files.get(name);
    if (!file) {
      this.#files.set(name, { chunks: [Uint8Array.from(bytes)], size: bytes.length });
      return;
    }
    file.chunks.push(Uint8Array.from(bytes));
    file.size += bytes.length;
    delete file.sha256;
  }

  async remove(name: string): Promise<void> {
    const file = this.#files.get(name);
    if (!file) return;
    this.#files.delete(name);
    this.#used -= file.size;
    if (file.sha256) this.facts.held.get(file.sha256)?.end(this.time.now());
  }

  async list(folder: string): Promise<readonly string[]> {
    const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
    return [...this.#files.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .sort();
  }

  async size(name: string): Promise<number | undefined> {
    return this.#files.get(name)?.size;
  }

  async free(): Promise<number> {
    return Math.max(0, this.capacity - this.#used - this.#taken);
  }

  /** Power went while something was being appended: half of a line that was never finished stays behind. */
  tear(): void {
    const file = this.#lastAppended === undefined ? undefined : this.#files.get(this.#lastAppended);
    const last = file?.chunks.at(-1);
    if (!file || !last || file.sha256) return;
    const half = last.slice(0, Math.floor(last.length / 2));
    file.chunks.push(half);
    file.size += half.length;
    this.#used += half.length;
  }

  /** A bit rots in a content, wherever it lies; whether it was there at all. */
  corrupt(hash: string): boolean {
    let found = false;
    for (const file of this.#files.values()) {
      if (file.sha256 !== hash) continue;
      const bytes = Uint8Array.from(Buffer.concat(file.chunks));
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
      file.chunks = [bytes];
      delete file.sha256;
      found = true;
    }
    if (found) this.facts.held.get(hash)?.end(this.time.now());
    return found;
  }

  /** Somebody else's data takes room, in bytes. */
  fill(bytes: number): void {
    this.#taken = bytes;
  }

  /** From now on no write works, or writing works again. */
  wear(worn: boolean): void {
    this.#worn = worn;
  }

  /** SHA-256 of the shared contents that lie here whole. */
  contents(): string[] {
    return [...this.#files.values()].flatMap((file) => (file.sha256 ? [file.sha256] : []));
  }

  #claim(bytes: number): void {
    if (this.#worn) throw worldError('storage-failed', 'the flash takes no more writes');
    if (bytes > 0 && this.#used + this.#taken + bytes > this.capacity)
      throw worldError('storage-full', 'the flash is full', { bytes });
    this.#used += bytes;
  }

  #heldSince(hash: string): void {
    let held = this.facts.held.get(hash);
    if (!held) {
      held = new Intervals();
      this.facts.held.set(hash, held);
    }
    held.begin(this.time.now());
  }
}
