import { type BlobRef, errorCode } from '@xiaolaba/protocol';
import type { AgentLog } from '../agent-types.js';
import type { Life } from '../life.js';
import { backoffMs } from '../link/backoff.js';
import type { Cancel } from '../ports/index.js';
import type { BlobCache } from './blob-cache.js';
import type { BlobSource } from './blob-source.js';
import { download } from './download.js';

/** After so many bad answers in a row a blob is given up for a while, and the rest goes on without it. */
const attemptsMax = 3;
const fullRetryMs = 600_000;
const giveUpRetryMs = 1_800_000;

export type FetchResult = 'fetched' | 'interrupted' | 'offline' | 'full' | 'unobtainable';

export interface FetcherPorts {
  readonly life: Life;
  readonly cache: BlobCache;
  readonly source: BlobSource;
  readonly random: () => number;
  readonly log: AgentLog;
}

/** Gets one blob after the other, and decides when to try again. */
export class Fetcher {
  readonly #failures = new Map<string, number>();
  #retry: Cancel | undefined;
  #attempt = 0;
  #interruption = new AbortController();
  /** Called when it is time to go on. */
  onRetry: () => Promise<void> = async () => {};

  constructor(private readonly ports: FetcherPorts) {}

  /** Gets a blob if the cache has none. After `offline` or `full` it calls back when to go on, after `interrupted` not. */
  async get(ref: BlobRef): Promise<FetchResult> {
    const { cache, source, life, log } = this.ports;
    while (!cache.has(ref.sha256)) {
      const failures = this.#failures.get(ref.sha256) ?? 0;
      if (failures >= attemptsMax) return 'unobtainable';
      const { signal } = this.#interruption;
      try {
        await download(cache, source, ref, AbortSignal.any([life.signal, signal]));
        this.#failures.delete(ref.sha256);
        this.#attempt = 0;
      } catch (error) {
        life.assertAlive();
        const code = errorCode(error);
        log.debug({ code, sha256: ref.sha256 }, 'blob not fetched');
        if (signal.aborted) return 'interrupted';
        if (code === 'blob-corrupt' || code === 'blob-missing') this.#failures.set(ref.sha256, failures + 1);
        else if (code === 'storage-full' || code === 'storage-failed') {
          this.#again(fullRetryMs);
          return 'full';
        } else {
          this.#again(backoffMs(this.#attempt++, this.ports.random));
          return 'offline';
        }
      }
    }
    return 'fetched';
  }

  /** Something else is wanted first: what is on its way is broken off, and what has come of it is kept. */
  interrupt(): void {
    this.#interruption.abort();
    this.#interruption = new AbortController();
  }

  /** Forgets what failed, now or in half an hour. */
  retryUnobtainable(soon: boolean): void {
    if (soon) this.#failures.clear();
    else
      this.#again(giveUpRetryMs, () => {
        this.#failures.clear();
      });
  }

  /** The link is up: what waited for it needn't wait any longer. */
  kick(): void {
    this.#attempt = 0;
    if (this.#retry) this.#again(0);
  }

  #again(milliseconds: number, first: () => void = () => {}): void {
    this.#retry?.();
    this.#retry = this.ports.life.after(milliseconds, 'fetch', () => {
      this.#retry = undefined;
      first();
      return this.onRetry();
    });
  }
}
