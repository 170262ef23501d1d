import { chainNext, chainStart, maxBatchRecords } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { Storage } from '../ports/index.js';
import {
  type ChainPoint,
  headLine,
  type JournalEntry,
  markerLine,
  type ParsedJournal,
  type PlayDraft,
  parseJournal,
  playKey,
} from './lines.js';

/** Entries kept in memory ahead of the reporter. */
const windowEntries = 256;
/** Raw bytes in a batch: base64 and escaping must leave it well under a packet's 256 KB. */
const batchBytes = 96 * 1024;
/** Below this a rewrite costs the flash more than it saves. */
const compactBytes = 16 * 1024;
/** Acknowledged lines that stay nonetheless: after a restart they tell what has just played. */
const keepEntries = 8;

export interface Lines {
  readonly first: number;
  /** Chain value before `first`. */
  readonly chain: string;
  readonly lines: readonly string[];
}

const encoder = new TextEncoder();
const encode = (lines: readonly string[]): Uint8Array => encoder.encode(lines.map((line) => `${line}\n`).join(''));

/** One boot's journal: append-only, its acknowledged beginning cut off now and then. */
export class JournalFile {
  readonly name: string;
  #base: ChainPoint;
  #last: ChainPoint;
  #acked: number;
  #bytes = 0;
  #ackedBytes = 0;
  #torn = false;
  readonly #open = new Map<string, PlayDraft>();
  /** Consecutive entries; `point` is where the chain stands before the first. */
  #window: { point: ChainPoint; entries: JournalEntry[] };

  constructor(
    private readonly storage: Storage,
    readonly device: string,
    readonly boot: string,
  ) {
    this.name = `journal/${boot}.jsonl`;
    this.#base = { seq: 0, chain: chainStart(sha256, device, boot) };
    this.#last = this.#base;
    this.#acked = 0;
    this.#window = { point: this.#base, entries: [] };
  }

  get last(): ChainPoint {
    return this.#last;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get acked(): number {
    return this.#acked;
  }

  get unreported(): number {
    return this.#last.seq - this.#acked;
  }

  /** Whether a play has begun in it that has no record yet. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** Takes up what storage holds of a former boot. */
  async load(): Promise<ParsedJournal> {
    const parsed = await this.#parse();
    this.#base = parsed.base;
    this.#acked = parsed.base.seq;
    const end = parsed.entries.at(-1);
    this.#last = end ? { seq: parsed.base.seq + parsed.entries.length, chain: end.chain } : parsed.base;
    this.#torn = !parsed.whole;
    for (const draft of parsed.open) this.#open.set(playKey(draft), draft);
    this.#window = { point: parsed.base, entries: parsed.entries.slice(0, windowEntries) };
    return parsed;
  }

  /** Journals one record; `make` gets its number. @throws XiaolabaError `storage-full`, `storage-failed` */
  async append(make: (seq: number) => string, closes?: string): Promise<void> {
    const seq = this.#last.seq + 1;
    const line = make(seq);
    await this.#write(line);
    const chain = chainNext(sha256, this.#last.chain, line);
    const follows = this.#window.point.seq + this.#window.entries.length === this.#last.seq;
    if (follows && this.#window.entries.length < windowEntries) this.#window.entries.push({ line, chain });
    this.#last = { seq, chain };
    if (closes !== undefined) this.#open.delete(closes);
  }

  async mark(draft: PlayDraft): Promise<void> {
    await this.#write(markerLine(draft));
    this.#open.set(playKey(draft), draft);
  }

  /** Up to 64 records from number `first` on; `undefined` where there are none. */
  async linesFrom(first: number): Promise<Lines | undefined> {
    const from = Math.max(first, this.#base.seq + 1);
    if (from > this.#last.seq) return;
    if (!this.#inWindow(from)) await this.#moveWindow(from);
    const start = from - this.#window.point.seq - 1;
    const lines: string[] = [];
    let bytes = 0;
    for (const { line } of this.#window.entries.slice(start, start + maxBatchRecords)) {
      bytes += Buffer.byteLength(line);
      if (lines.length > 0 && bytes > batchBytes) break;
      lines.push(line);
    }
    const before = this.#window.entries[start - 1]?.chain ?? this.#window.point.chain;
    return lines.length > 0 ? { first: from, chain: before, lines } : undefined;
  }

  /** The gateway has everything up to this number. */
  async acknowledge(upTo: number): Promise<void> {
    if (upTo <= this.#acked || upTo > this.#last.seq) return;
    const dropped = Math.max(0, Math.min(upTo - this.#window.point.seq, this.#window.entries.length));
    const gone = this.#window.entries.splice(0, dropped);
    const end = gone.at(-1);
    if (end) this.#window.point = { seq: this.#window.point.seq + dropped, chain: end.chain };
    for (const { line } of gone) this.#ackedBytes += line.length + 1;
    this.#acked = upTo;
    if (this.#ackedBytes > compactBytes && this.#ackedBytes > this.#bytes / 2) await this.compact(upTo - keepEntries);
  }

  /** Writes the file anew without its records up to `upTo`. */
  async compact(upTo: number): Promise<void> {
    const { base, entries } = await this.#parse();
    const drop = Math.max(0, Math.min(upTo - base.seq, entries.length));
    const head = drop > 0 ? { seq: base.seq + drop, chain: entries[drop - 1]?.chain ?? base.chain } : base;
    const lines = [headLine(head), ...entries.slice(drop).map(({ line }) => line)];
    for (const draft of this.#open.values()) lines.push(markerLine(draft));
    const bytes = encode(lines);
    await this.storage.replace(this.name, bytes);
    this.#base = head;
    this.#bytes = bytes.length;
    this.#ackedBytes = 0;
    this.#torn = false;
    this.#acked = Math.max(this.#acked, head.seq);
  }

  remove(): Promise<void> {
    return this.storage.remove(this.name);
  }

  #inWindow(seq: number): boolean {
    return seq > this.#window.point.seq && seq <= this.#window.point.seq + this.#window.entries.length;
  }

  async #moveWindow(from: number): Promise<void> {
    const { base, entries } = await this.#parse();
    const start = from - base.seq - 1;
    const chain = entries[start - 1]?.chain ?? base.chain;
    this.#window = { point: { seq: from - 1, chain }, entries: entries.slice(start, start + windowEntries) };
  }

  async #parse(): Promise<ParsedJournal> {
    const bytes = (await this.storage.read(this.name)) ?? new Uint8Array();
    this.#bytes = bytes.length;
    return parseJournal(bytes, { seq: 0, chain: chainStart(sha256, this.device, this.boot) });
  }

  async #write(line: string): Promise<void> {
    if (this.#torn) await this.compact(this.#base.seq);
    const bytes = encode([line]);
    try {
      await this.storage.append(this.name, bytes);
      this.#bytes += bytes.length;
    } catch (error) {
      // Part of the line may be there; the next one must not stick to it.
      this.#torn = true;
      throw error;
    }
  }
}
