import {
  type Assignment,
  type BlobRef,
  calendarSchema,
  decodeMessage,
  errorCode,
  filesFor,
  routeStopsSchema,
} from '@xiaolaba/protocol';
import type { DeviceIdentity } from '../agent-types.js';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Fetcher } from '../cache/fetcher.js';
import type { Discipline } from '../clock/discipline.js';
import type { Journal } from '../journal/journal.js';
import type { Candidate } from './candidate.js';
import { filesHeard, type Holding } from './holding.js';
import type { Judge } from './judge.js';
import type { AssignmentReports } from './reports.js';

/** Whether there is more to do for a candidate now, or something has to happen first. */
type Step = 'go-on' | 'wait';

export interface GatheringPorts {
  readonly identity: DeviceIdentity;
  readonly time: Discipline;
  readonly journal: Journal;
  readonly cache: BlobCache;
  readonly fetcher: Fetcher;
  readonly judge: Judge;
  readonly reports: AssignmentReports;
  /** Whether a candidate still is the one that is to come into force. */
  readonly isNext: (candidate: Candidate) => boolean;
  /** More is known of the files that must stay. */
  readonly learnt: () => void;
}

/** Gets together what an assignment names: from the cache, over the link, and what to do where it can not be had. */
export class Gathering {
  constructor(private readonly ports: GatheringPorts) {}

  /** Another assignment has come: what could not be had may be there now, and its alerts wait for nothing. */
  begin({ releases }: Assignment, inForce: Holding | undefined): void {
    const { fetcher } = this.ports;
    fetcher.retryUnobtainable(true);
    const held = new Set(inForce?.releases.map(({ sha256 }) => sha256));
    if (releases.some(({ urgent, sha256 }) => urgent && !held.has(sha256))) fetcher.interrupt();
  }

  /** What the cache holds of an assignment that was in force, without the link. */
  async recall(stored: Candidate): Promise<void> {
    for (const { sha256 } of stored.assignment.releases)
      await this.ports.judge.judge(stored, sha256, { outdatedToo: true });
    await this.#readTables(stored);
  }

  async getReleases(candidate: Candidate, wanted: Assignment['releases']): Promise<Step> {
    for (const ref of wanted) {
      if (candidate.releases.has(ref.sha256) || candidate.refused.has(ref.sha256)) continue;
      const step = await this.#get(candidate, ref, ref.sha256);
      if (step === 'wait') return 'wait';
      if (step === 'got') await this.ports.judge.judge(candidate, ref.sha256);
    }
    this.ports.learnt();
    return 'go-on';
  }

  /** Of alerts first what may be said here: other dialects are fetched with the rest. */
  async getHeard(candidate: Candidate, urgent: Assignment['releases'], dialects: readonly string[]): Promise<Step> {
    for (const { sha256 } of urgent) {
      const named = candidate.releases.get(sha256);
      for (const ref of named ? filesHeard(named, this.ports.identity.profile, dialects) : []) {
        if ((await this.#get(candidate, ref, sha256)) === 'wait') return 'wait';
      }
    }
    return 'go-on';
  }

  async getTables(candidate: Candidate): Promise<Step> {
    const { calendar, route } = candidate.assignment;
    for (const ref of [calendar, ...(route ? [route] : [])]) {
      const step = await this.#get(candidate, ref);
      // Without them nothing can be planned rightly: what was in force stays in force.
      if (step !== 'got') return 'wait';
    }
    try {
      await this.#readTables(candidate);
    } catch (error) {
      this.ports.reports.partRefused(candidate, errorCode(error));
      return 'wait';
    }
    return 'go-on';
  }

  async getRenditions(candidate: Candidate): Promise<Step> {
    for (const { sha256, release } of [...candidate.releases.values()]) {
      for (const ref of filesFor(release, this.ports.identity.profile)) {
        if ((await this.#get(candidate, ref, sha256)) === 'wait') return 'wait';
      }
    }
    return 'go-on';
  }

  /** A file that is in force and gone (or spoilt) is fetched again behind the player's back. */
  async mend(holding: Holding): Promise<void> {
    for (const ref of this.#missing(holding)) {
      const result = await this.ports.fetcher.get(ref);
      if (result === 'offline' || result === 'full') return;
    }
    this.retryMissing(holding);
  }

  /** What came into force without some of its files asks for them once more in a while. */
  retryMissing(holding: Holding): void {
    if (this.#missing(holding).length > 0) this.ports.fetcher.retryUnobtainable(false);
  }

  #missing({ releases }: Holding): BlobRef[] {
    return releases
      .flatMap(({ release }) => filesFor(release, this.ports.identity.profile))
      .filter(({ sha256 }) => !this.ports.cache.has(sha256));
  }

  async #readTables(candidate: Candidate): Promise<void> {
    const { cache } = this.ports;
    const { calendar, route } = candidate.assignment;
    const calendarBytes = await cache.read(calendar.sha256);
    const routeBytes = route && (await cache.read(route.sha256));
    if (calendarBytes) candidate.calendar = decodeMessage(calendarSchema, calendarBytes);
    if (routeBytes) candidate.route = decodeMessage(routeStopsSchema, routeBytes);
  }

  async #get(candidate: Candidate, ref: BlobRef, release?: string): Promise<'got' | 'unobtainable' | 'wait'> {
    const { cache, fetcher, reports, isNext } = this.ports;
    if (cache.has(ref.sha256)) return 'got';
    const result = await fetcher.get(ref);
    if (!isNext(candidate)) return 'wait';
    if (result === 'fetched') {
      reports.fetched(candidate);
      return 'got';
    }
    if (result === 'unobtainable') {
      if (!candidate.refused.has(ref.sha256)) await this.#noteCorrupt(ref.sha256);
      candidate.refused.add(ref.sha256);
      reports.partRefused(candidate, 'blob-unobtainable', release);
      fetcher.retryUnobtainable(false);
      return 'unobtainable';
    }
    if (result === 'full' && !reports.toldFull) await reports.storageFull(candidate.assignment.version);
    return 'wait';
  }

  async #noteCorrupt(sha256: string): Promise<void> {
    const { journal, time } = this.ports;
    await journal.append({ kind: 'event', at: time.now(), event: 'blob-corrupt', detail: sha256 });
  }
}
