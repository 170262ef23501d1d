import { TestStorage } from './test-storage.js';

/**
 * When within a write power goes: before it, with half of it on the medium, after it; or after it on a medium that
 * had not made any removal durable yet, so that what was removed is back.
 */
export const cutMoments = ['before', 'torn', 'after', 'removals-undone'] as const;
export type CutMoment = (typeof cutMoments)[number];

export interface Cut {
  /** Number of the write, from 1. */
  readonly write: number;
  readonly moment: CutMoment;
}

/** A medium that loses power at a chosen write, with what a file system in a folder would have kept. */
export class CutStorage extends TestStorage {
  readonly #removed = new Map<string, Uint8Array>();
  #writes = 0;
  #isCut = false;
  /** Must cut the agent: nothing reaches the medium afterwards. */
  onCut: () => void = () => {};

  constructor(private readonly cut?: Cut) {
    super();
  }

  get writes(): number {
    return this.#writes;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  override replace(name: string, bytes: Uint8Array): Promise<void> {
    const half = bytes.subarray(0, Math.floor(bytes.length / 2));
    return this.#write(
      () => super.replace(name, bytes),
      () => super.replace(`${name}.new`, half),
    );
  }

  override append(name: string, bytes: Uint8Array): Promise<void> {
    const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
    return this.#write(
      () => super.append(name, bytes),
      () => super.append(name, half),
    );
  }

  override remove(name: string): Promise<void> {
    const bytes = this.files.get(name);
    return this.#write(
      async () => {
        await super.remove(name);
        if (bytes) this.#removed.set(name, bytes);
      },
      async () => {},
    );
  }

  override async list(folder: string): Promise<readonly string[]> {
    return (await super.list(folder)).filter((name) => !name.endsWith('.new'));
  }

  async #write(whole: () => Promise<void>, torn: () => Promise<void>): Promise<void> {
    this.#writes++;
    const cut = this.#isCut || this.#writes !== this.cut?.write ? undefined : this.cut.moment;
    if (cut === 'torn') await torn();
    else if (cut !== 'before') await whole();
    if (!cut) return;
    this.#isCut = true;
    if (cut === 'removals-undone') {
      for (const [name, bytes] of this.#removed) if (!this.files.has(name)) this.files.set(name, bytes);
    }
    this.onCut();
  }
}
