import { type Assignment, callerError, errorCode, type Progress } from '@xiaolaba/protocol';
import type { AgentLog, DeviceIdentity } from '../agent-types.js';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Fetcher } from '../cache/fetcher.js';
import type { Discipline } from '../clock/discipline.js';
import type { Journal } from '../journal/journal.js';
import type { Life } from '../life.js';
import type { Cancel } from '../ports/index.js';
import type { Trust } from '../trust/trust.js';
import { type Candidate, candidateOf, filesNamed, holdingOf } from './candidate.js';
import { claimedVersion, openAssignment } from './checks.js';
import { Gathering } from './gathering.js';
import type { Holding } from './holding.js';
import { InForce } from './in-force.js';
import { Judge } from './judge.js';
import { AssignmentReports } from './reports.js';
import { Revisions } from './revisions.js';
import { StoredAssignments } from './stored-assignments.js';

export interface KeeperPorts {
  readonly identity: DeviceIdentity;
  readonly trust: Pick<Trust, 'openRelease' | 'keys' | 'expired'>;
  readonly life: Life;
  readonly time: Discipline;
  readonly journal: Journal;
  readonly cache: BlobCache;
  readonly fetcher: Fetcher;
  readonly log: AgentLog;
  readonly report: (progress: Progress) => void;
  /** A holding comes into force; `fresh` unless it is the one from before the restart. */
  readonly activate: (holding: Holding, fresh: boolean) => void;
}

/** Holds the assignment: checks what comes, gets what it names, brings it into force and keeps it over restarts. */
export class AssignmentKeeper {
  readonly #stored: StoredAssignments;
  readonly #revisions: Revisions;
  readonly #reports: AssignmentReports;
  readonly #inForce: InForce;
  readonly #gathering: Gathering;
  #candidate: Candidate | undefined;
  #activation: Cancel | undefined;
  #working = false;
  #again = false;

  constructor(private readonly ports: KeeperPorts) {
    const { identity, trust, life, cache, log } = ports;
    const reference = (): void => this.#reference();
    this.#stored = new StoredAssignments(life.storage, identity, log);
    this.#revisions = new Revisions(life.storage, log);
    this.#reports = new AssignmentReports(ports);
    const shared = { ...ports, revisions: this.#revisions, stored: this.#stored, reports: this.#reports };
    const judge = new Judge(identity, trust, cache, this.#revisions, this.#reports);
    this.#inForce = new InForce({ ...shared, judge, changed: reference });
    const isNext = (candidate: Candidate): boolean => this.#candidate === candidate;
    this.#gathering = new Gathering({ ...shared, judge, isNext, learnt: reference });
    ports.fetcher.onRetry = () => this.work();
  }

  get version(): number {
    return this.holding?.assignment.version ?? 0;
  }

  get holding(): Holding | undefined {
    return this.#inForce.current;
  }

  /** Takes up what storage holds, without the link. */
  async open(): Promise<void> {
    await this.#revisions.open();
    const current = await this.#stored.current();
    if (current) {
      await this.#gathering.recall(current);
      const holding = holdingOf(current);
      // What is missing of it is fetched again.
      if (holding) this.#inForce.resume(holding);
      else this.#candidate = current;
    }
    const next = await this.#stored.next();
    if (next && next.assignment.version > this.version) this.#candidate = next;
  }

  /** An assignment has come: it is taken, ignored (the same again) or refused; what it needs is fetched later on. */
  async receive(envelope: Uint8Array): Promise<void> {
    const { identity, life, time, log } = this.ports;
    let assignment: Assignment;
    try {
      assignment = openAssignment(envelope, identity);
      const held = Math.max(this.version, this.#candidate?.assignment.version ?? 0);
      if (assignment.version === held) return;
      if (assignment.version < held) throw callerError('assignment-rolled-back', `version ${held} is held`, { held });
      if (time.trusted && assignment.expiresAt <= time.now()) throw callerError('assignment-expired', 'out of date');
    } catch (error) {
      this.#reports.refused(claimedVersion(envelope) ?? Math.max(1, this.version), errorCode(error));
      return;
    }
    try {
      await this.#stored.keepNext(envelope);
    } catch (error) {
      life.assertAlive();
      log.error({ error: errorCode(error) }, 'the assignment can not be stored');
      await this.#reports.storageFull(assignment.version);
    }
    this.#activation?.();
    this.#reports.forgetFull();
    this.#candidate = candidateOf(assignment, envelope);
    this.#reports.stage(this.#candidate, 'received');
    this.#gathering.begin(assignment, this.#inForce.holding);
    life.run('fetch', () => this.work());
  }

  /** Goes on with what is missing, one at a time. */
  async work(): Promise<void> {
    this.#again = true;
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#again) {
        this.#again = false;
        if (this.#candidate) await this.#advance(this.#candidate);
        else if (this.holding) await this.#gathering.mend(this.holding);
      }
    } finally {
      this.#working = false;
    }
  }

  /** Other signatures count from now on: what is in force, or about to be, is judged anew. */
  async recheck(): Promise<void> {
    // What is under way with it sees that it is no longer the one.
    if (this.#candidate) this.#candidate = candidateOf(this.#candidate.assignment, this.#candidate.envelope);
    await this.#inForce.recheck();
    await this.work();
  }

  async #advance(candidate: Candidate): Promise<void> {
    const { assignment } = candidate;
    this.#reference();
    const urgent = assignment.releases.filter((release) => release.urgent);
    const others = assignment.releases.filter((release) => !release.urgent);
    const policies = [assignment.policy, ...(this.holding ? [this.holding.assignment.policy] : [])];
    const dialects = policies.flatMap((policy) => policy.dialects);
    const steps: (() => Promise<unknown>)[] = [
      () => this.#gathering.getReleases(candidate, urgent),
      () => this.#gathering.getHeard(candidate, urgent, dialects),
      () => this.#inForce.hurry(candidate),
      () => this.#gathering.getTables(candidate),
      () => this.#inForce.hurry(candidate),
      () => this.#gathering.getReleases(candidate, others),
      () => this.#gathering.getRenditions(candidate),
    ];
    for (const step of steps) {
      const result = await step();
      if (this.#candidate !== candidate || result === 'wait') return;
    }
    this.#reports.stage(candidate, 'ready');
    const early = assignment.effectiveFrom - this.ports.time.now();
    if (early <= 0) return this.#bringIntoForce(candidate);
    this.#activation?.();
    this.#activation = this.ports.life.after(early, 'activate', () => {
      if (this.#candidate === candidate) return this.#bringIntoForce(candidate);
    });
  }

  async #bringIntoForce(candidate: Candidate): Promise<void> {
    const { life, cache } = this.ports;
    const holding = holdingOf(candidate);
    if (!holding) return;
    this.#candidate = undefined;
    await this.#inForce.replace(holding, candidate.envelope);
    this.#reports.stage(candidate, 'active');
    this.#reference();
    await cache.makeRoom(0).catch(() => life.assertAlive());
    this.#gathering.retryMissing(holding);
  }

  /** Tells the cache what must stay: what is in force, and what is about to be. */
  #reference(): void {
    const keep = this.#inForce.files();
    if (this.#candidate) {
      const { assignment, releases } = this.#candidate;
      for (const sha256 of filesNamed(assignment, releases.values(), this.ports.identity.profile)) keep.add(sha256);
    }
    this.ports.cache.reference(keep);
  }
}
