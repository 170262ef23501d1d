import { type Ack, encodeMessage, errorCode, type RecordBatch, type Signer, sealEnvelope } from '@xiaolaba/protocol';
import type { AgentLog } from '../agent-types.js';
import type { Life } from '../life.js';
import type { Cancel } from '../ports/index.js';
import type { Journal } from './journal.js';

/** What happens within this span travels together. */
const coalesceMs = 1_000;
/** How long a batch waits for its acknowledgement before it is sent again; doubles up to the second. */
const firstWaitMs = 30_000;
const mostWaitMs = 600_000;

export interface ReporterPorts {
  readonly life: Life;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly device: string;
  readonly log: AgentLog;
  readonly isOpen: () => boolean;
  readonly publish: (envelope: Uint8Array) => Promise<void>;
}

/** Sends the journal: one signed batch at a time, the oldest boot first. */
export class Reporter {
  #inFlight: { boot: string; first: number; last: number } | undefined;
  #rewind: { boot: string; from: number } | undefined;
  #timer: Cancel | undefined;
  #waitMs = firstWaitMs;

  constructor(private readonly ports: ReporterPorts) {}

  /** Something new was journalled. */
  noted(): void {
    if (this.#timer || this.#inFlight || !this.ports.isOpen()) return;
    this.#later(coalesceMs);
  }

  opened(): Promise<void> {
    this.#reset();
    this.#waitMs = firstWaitMs;
    return this.send();
  }

  closed(): void {
    this.#reset();
  }

  async acknowledged(ack: Ack): Promise<void> {
    await this.ports.journal.acknowledge(ack.boot, ack.upTo);
    const sent = this.#inFlight;
    if (sent?.boot !== ack.boot) return;
    if (ack.upTo < sent.first - 1) {
      // The gateway has less than it once said (it may have been restored from a backup): go back to there,
      // but not at once, or an old acknowledgement that comes late would make a storm.
      this.#rewind = { boot: ack.boot, from: ack.upTo + 1 };
      this.#reset();
      this.#later(firstWaitMs);
      return;
    }
    if (ack.upTo < sent.first) return;
    this.#reset();
    this.#waitMs = firstWaitMs;
    await this.send();
  }

  async send(): Promise<void> {
    const { journal, device, signer, publish, isOpen, log } = this.ports;
    if (this.#inFlight || !isOpen()) return;
    const slot = { boot: '', first: 0, last: 0 };
    this.#inFlight = slot;
    const rewind = this.#rewind;
    this.#rewind = undefined;
    const batch = await journal.next(rewind);
    if (this.#inFlight !== slot) return;
    if (!batch) {
      this.#inFlight = undefined;
      return;
    }
    slot.boot = batch.boot;
    slot.first = batch.first;
    slot.last = batch.first + batch.lines.length - 1;
    const { boot, first, chain, lines } = batch;
    const message: RecordBatch = { v: 1, device, boot, first, chain, lines: [...lines] };
    const envelope = await sealEnvelope('records', encodeMessage(message), [signer]);
    if (this.#inFlight !== slot) return;
    this.#timer?.();
    this.#timer = undefined;
    this.#later(this.#waitMs);
    this.#waitMs = Math.min(mostWaitMs, this.#waitMs * 2);
    await publish(envelope).catch((error: unknown) => log.debug({ error: errorCode(error) }, 'records not sent'));
  }

  #later(milliseconds: number): void {
    this.#timer = this.ports.life.after(milliseconds, 'records', () => {
      this.#reset();
      return this.send();
    });
  }

  #reset(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#inFlight = undefined;
  }
}
