import {
  bootPattern,
  type ClockState,
  clockStates,
  encodeMessage,
  errorCode,
  instantSchema,
  type JournalRecord,
} from '@xiaolaba/protocol';
import { z } from 'zod';
import type { AgentLog } from '../agent-types.js';
import type { Storage } from '../ports/index.js';
import { Serial } from '../serial.js';
import { JournalFile, type Lines } from './journal-file.js';
import { type PlayDraft, playKey } from './lines.js';

const aliveSchema = z.strictObject({
  boot: z.string().regex(bootPattern),
  at: instantSchema,
  clock: z.enum(clockStates),
});
/** When the device was last known to be alive, by its own trusted time. */
export type Alive = z.infer<typeof aliveSchema>;

type WithoutNumber<T> = T extends unknown ? Omit<T, 'seq'> : never;
/** A record before it gets its number. */
export type Draft = WithoutNumber<JournalRecord>;

export interface Batch extends Lines {
  readonly boot: string;
}

export interface JournalOptions {
  readonly device: string;
  readonly boot: string;
  /** Oldest records are given up beyond this, in bytes. */
  readonly maxBytes: number;
}

/** Records that the medium would not take, kept for when it does. */
const unwrittenMax = 64;

export async function readAlive(storage: Storage): Promise<Alive | undefined> {
  const bytes = await storage.read('alive');
  if (!bytes) return;
  try {
    return aliveSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return;
  }
}

/** What this device did, in its own words, until the gateway has it. */
export class Journal {
  readonly #serial = new Serial();
  /** Oldest boot first, the present one last. */
  readonly #files: JournalFile[] = [];
  readonly #unwritten: Draft[] = [];
  /** Records that wait for their turn to be written: who asks meanwhile must not hear that everything is reported. */
  #queued = 0;
  #current: JournalFile;
  #dropped = 0;
  /** Called when there is something new to send. */
  onAppend: () => void = () => {};

  constructor(
    private readonly storage: Storage,
    private readonly options: JournalOptions,
    private readonly log: AgentLog,
  ) {
    this.#current = new JournalFile(storage, options.device, options.boot);
  }

  /**
   * Takes over former boots, closes what was playing when the last one ended, and begins this one.
   * @returns plays of the last boot, so that none is repeated
   */
  async open(firmware: string, at: number, alive: Alive | undefined): Promise<readonly PlayDraft[]> {
    const boots = (await this.storage.list('journal'))
      .map((name) => name.replace(/^journal\//, '').replace(/\.jsonl$/, ''))
      .filter((boot) => bootPattern.test(boot) && boot !== this.options.boot)
      .sort();
    let plays: readonly PlayDraft[] = [];
    for (const boot of boots) {
      const file = new JournalFile(this.storage, this.options.device, boot);
      const parsed = await file.load();
      this.#files.push(file);
      plays = parsed.plays;
      for (const draft of parsed.open) await this.#close(file, draft, alive?.boot === boot ? alive.at : draft.at);
    }
    this.#files.push(this.#current);
    const last = this.#files.at(-2);
    const previous = last && {
      boot: last.boot,
      lastSeq: last.last.seq,
      chain: last.last.chain,
      lastAliveAt: alive?.boot === last.boot ? alive.at : 0,
    };
    await this.append({ kind: 'boot', at, firmware, ...(previous ? { previous } : {}) });
    return plays;
  }

  get unreported(): number {
    return this.#files.reduce((sum, file) => sum + file.unreported, 0) + this.#unwritten.length + this.#queued;
  }

  /** Journals a record; a medium that refuses leaves it in memory, to be written with the next. */
  async append(draft: Draft): Promise<void> {
    this.#queued++;
    await this.#serial.run(async () => {
      this.#queued--;
      this.#unwritten.push(draft);
      if (this.#unwritten.length > unwrittenMax) this.#unwritten.shift();
      try {
        for (let next = this.#unwritten[0]; next; next = this.#unwritten[0]) {
          await this.#put(this.#current, next);
          this.#unwritten.shift();
        }
        await this.#bound(draft.at);
      } catch (error) {
        this.#notWritten(error);
      }
    });
    this.onAppend();
  }

  /** Notes that a play begins, so that it is accounted for even if power goes now. */
  async mark(draft: PlayDraft): Promise<void> {
    await this.#serial.run(async () => {
      try {
        await this.#current.mark(draft);
      } catch (error) {
        this.#notWritten(error);
      }
    });
  }

  async alive(at: number, clock: ClockState): Promise<void> {
    try {
      await this.storage.replace('alive', encodeMessage({ boot: this.options.boot, at, clock } satisfies Alive));
    } catch (error) {
      if (errorCode(error) === 'agent-cut') throw error;
      this.log.warn({ error: errorCode(error) }, 'the alive marker can not be written');
    }
  }

  /** The next records to send, of the oldest boot that has any; `rewind` names where to go back to. */
  next(rewind?: { readonly boot: string; readonly from: number }): Promise<Batch | undefined> {
    return this.#serial.run(async () => {
      const again = rewind && this.#files.find((file) => file.boot === rewind.boot);
      const file = again ?? this.#files.find((candidate) => candidate.unreported > 0);
      if (!file) return;
      const lines = await file.linesFrom(again && rewind ? rewind.from : file.acked + 1);
      return lines && { boot: file.boot, ...lines };
    });
  }

  acknowledge(boot: string, upTo: number): Promise<void> {
    return this.#serial.run(async () => {
      const file = this.#files.find((candidate) => candidate.boot === boot);
      if (!file) return;
      await file.acknowledge(upTo);
      if (file === this.#current || file.unreported > 0 || file.isOpen) return;
      await file.remove();
      this.#files.splice(this.#files.indexOf(file), 1);
    });
  }

  async #put(file: JournalFile, draft: Draft): Promise<void> {
    const closes = draft.kind === 'play' ? playKey(draft) : undefined;
    await file.append((seq) => JSON.stringify({ seq, ...draft }), closes);
  }

  async #close(file: JournalFile, draft: PlayDraft, lastAliveAt: number): Promise<void> {
    const at = Math.max(lastAliveAt, draft.startedAt);
    const playedMs = Math.min(at - draft.startedAt, draft.expectedMs);
    try {
      await this.#put(file, { ...draft, at, playedMs, result: 'cut', cause: 'offline' });
    } catch (error) {
      // It stays marked as begun: the next boot closes it.
      this.#notWritten(error);
    }
  }

  #notWritten(error: unknown): void {
    if (errorCode(error) === 'agent-cut') throw error;
    this.log.error({ error: errorCode(error) }, 'the journal can not be written');
  }

  async #bound(at: number): Promise<void> {
    let total = this.#files.reduce((sum, file) => sum + file.bytes, 0);
    let lost = 0;
    while (total > this.options.maxBytes) {
      const oldest = this.#files[0];
      if (!oldest) break;
      lost += oldest === this.#current ? Math.ceil(oldest.unreported / 2) : oldest.unreported;
      const before = oldest.bytes;
      if (oldest === this.#current) await oldest.compact(oldest.acked + Math.ceil(oldest.unreported / 2));
      else {
        await oldest.remove();
        this.#files.shift();
      }
      const after = oldest === this.#current ? oldest.bytes : 0;
      if (after >= before) break;
      total -= before - after;
    }
    if (lost === 0) return;
    this.#dropped += lost;
    const detail = `journal: ${this.#dropped} records given up`;
    await this.#put(this.#current, { kind: 'event', at, event: 'storage-full', detail });
  }
}
