import type { Progress } from '@xiaolaba/protocol';
import type { AgentLog, DeviceIdentity } from '../agent-types.js';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Discipline } from '../clock/discipline.js';
import type { Journal } from '../journal/journal.js';
import { type Candidate, filesNamed, type Judged } from './candidate.js';

/** Files between two reports of how far a download has come. */
const reportEvery = 8;

interface ReportsPorts {
  readonly identity: DeviceIdentity;
  readonly time: Discipline;
  readonly journal: Journal;
  readonly cache: BlobCache;
  readonly log: AgentLog;
  readonly report: (progress: Progress) => void;
}

/** Tells the gateway how far an assignment has come, and what was refused of it. */
export class AssignmentReports {
  #toldFull = false;

  constructor(private readonly ports: ReportsPorts) {}

  stage({ assignment, releases }: Judged, stage: Progress['stage'], more: Partial<Progress> = {}): void {
    const { identity, cache, time, report } = this.ports;
    const files = filesNamed(assignment, releases.values(), identity.profile);
    let done = 0;
    for (const sha256 of files) if (cache.has(sha256)) done++;
    report({ v: 1, at: time.now(), assignment: assignment.version, stage, done, of: files.size, ...more });
  }

  /** One more of its files has come: the first is told, then every so many. */
  fetched(candidate: Candidate): void {
    candidate.done++;
    if (candidate.done - candidate.announced < reportEvery && candidate.done !== 1) return;
    candidate.announced = candidate.done;
    this.stage(candidate, 'fetching');
  }

  /** None of it is taken. */
  refused(version: number, reason: string): void {
    this.ports.log.warn({ reason }, 'assignment refused');
    this.#refusedWhole(this.ports.time.now(), version, reason);
  }

  /** A release of it, or another file, is left out. */
  partRefused(judged: Judged, reason: string, release?: string): void {
    this.ports.log.warn({ reason, release }, 'part of the assignment refused');
    this.stage(judged, 'refused', { reason: reason.slice(0, 64), ...(release ? { release } : {}) });
  }

  /** Whether `storageFull` was told since the present assignment came. */
  get toldFull(): boolean {
    return this.#toldFull;
  }

  async storageFull(version: number): Promise<void> {
    const { journal, time } = this.ports;
    this.#toldFull = true;
    const at = time.now();
    this.#refusedWhole(at, version, 'storage-full');
    await journal.append({ kind: 'event', at, event: 'storage-full' });
  }

  /** Another assignment has come, of which it is to be told again. */
  forgetFull(): void {
    this.#toldFull = false;
  }

  #refusedWhole(at: number, version: number, reason: string): void {
    this.ports.report({ v: 1, at, assignment: version, stage: 'refused', done: 0, of: 0, reason });
  }
}
