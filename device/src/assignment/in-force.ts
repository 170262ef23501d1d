import { type BlobRef, errorCode, filesFor } from '@xiaolaba/protocol';
import type { AgentLog, DeviceIdentity } from '../agent-types.js';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Discipline } from '../clock/discipline.js';
import type { Journal } from '../journal/journal.js';
import type { Life } from '../life.js';
import { type Candidate, filesNamed, type Judged, judgedOf, releasesOf } from './candidate.js';
import { type Haste, type Holding, hasteOf, hurried } from './holding.js';
import type { Judge } from './judge.js';
import type { Revisions } from './revisions.js';
import type { StoredAssignments } from './stored-assignments.js';

export interface InForcePorts {
  readonly identity: DeviceIdentity;
  readonly life: Life;
  readonly time: Discipline;
  readonly journal: Journal;
  readonly cache: BlobCache;
  readonly log: AgentLog;
  readonly judge: Judge;
  readonly revisions: Revisions;
  readonly stored: StoredAssignments;
  /** A holding comes into force; `fresh` unless it is the one from before the restart. */
  readonly activate: (holding: Holding, fresh: boolean) => void;
  /** Other files must stay from now on. */
  readonly changed: () => void;
}

/** What is in force, and in which order a change of it is recorded, played and stored. */
export class InForce {
  #current: Holding | undefined;
  /** What of the next assignment is in force before the rest of it. */
  #haste: Haste | undefined;

  constructor(private readonly ports: InForcePorts) {}

  /** All of the assignment that came into force last. */
  get current(): Holding | undefined {
    return this.#current;
  }

  /** The holding with what can't wait for the next one. */
  get holding(): Holding | undefined {
    const base = this.#current ?? this.#haste?.base;
    return base && hurried(base, this.#haste, this.ports.revisions.isOutdated);
  }

  /** The files that it must not lose. */
  files(): Set<string> {
    const { profile } = this.ports.identity;
    const current = this.#current;
    const files = current ? filesNamed(current.assignment, current.releases, profile) : new Set<string>();
    for (const { sha256, release } of this.#haste?.releases ?? []) {
      files.add(sha256);
      for (const file of filesFor(release, profile)) files.add(file.sha256);
    }
    return files;
  }

  /** What was in force before the restart goes on. */
  resume(holding: Holding): void {
    this.#current = holding;
    this.ports.changed();
    this.ports.activate(this.holding ?? holding, false);
  }

  /** An assignment takes the place of what was in force. */
  async replace(holding: Holding, envelope: Uint8Array): Promise<void> {
    const { life, log, revisions, stored, activate } = this.ports;
    this.#current = holding;
    this.#haste = undefined;
    revisions.note(holding.releases);
    // Before it is stored as what is in force: a cut in between leaves a record too many, not a play of which nobody
    // knows since when it was due.
    await this.#record(holding.assignment.version, holding);
    try {
      await revisions.store();
      await stored.makeCurrent(envelope);
    } catch (error) {
      life.assertAlive();
      log.error({ error: errorCode(error) }, 'the assignment can not be stored');
    }
    // Unless it was judged anew meanwhile.
    if (this.#current === holding) activate(holding, true);
  }

  /**
   * Alerts that the candidate brings, and the end of those that it leaves out, wait for nothing else of it; that it is
   * stored as the next one tells after a restart what was in force. All else changes at once, when it is whole.
   */
  async hurry(candidate: Candidate): Promise<void> {
    const { life, log, revisions, activate, changed } = this.ports;
    const { assignment, calendar, route } = candidate;
    const current = this.#current;
    const base = current ?? (calendar && { assignment, releases: [], calendar, ...(route ? { route } : {}) });
    if (!base || this.#isWhole(candidate)) return;
    const haste = hasteOf(assignment, candidate.releases, current, base);
    const before = this.holding;
    const after = hurried(base, haste, revisions.isOutdated);
    if (namesOf(after) === (before ? namesOf(before) : '')) return;
    this.#haste = haste;
    revisions.note(after.releases);
    await this.#record(assignment.version, after);
    if (this.#haste === haste) activate(after, true);
    try {
      await revisions.store();
    } catch (error) {
      life.assertAlive();
      log.error({ error: errorCode(error) }, 'the revisions can not be stored');
    }
    changed();
  }

  /** Other signatures count from now on: what is in force is judged anew. */
  async recheck(): Promise<void> {
    const { judge, activate, changed } = this.ports;
    const before = this.holding;
    const current = this.#current;
    const haste = this.#haste;
    const base = current ?? haste?.base;
    if (!before || !base) return;
    const again = judgedOf(base.assignment);
    const names = [current?.assignment.releases ?? [], haste?.releases ?? []].flat();
    for (const { sha256 } of names) await judge.judge(again, sha256);
    if (this.#current !== current || this.#haste !== haste) return;
    if (current) this.#current = { ...current, ...releasesOf(again) };
    if (haste) {
      const releases = haste.releases.flatMap(({ sha256 }) => again.releases.get(sha256) ?? []);
      this.#haste = { ...haste, releases };
    }
    const after = this.holding;
    if (!after || namesOf(after) === namesOf(before)) return;
    activate(after, true);
    await this.#record(after.assignment.version, after);
    changed();
  }

  /** Whether nothing is to be waited for, so that all of it comes into force at once. */
  #isWhole({ assignment, releases, refused }: Judged): boolean {
    const { cache, identity, time } = this.ports;
    const has = ({ sha256 }: BlobRef): boolean => cache.has(sha256) || refused.has(sha256);
    const held = new Map(this.#current?.releases.map((named) => [named.sha256, named]));
    const tables = [assignment.calendar, ...(assignment.route ? [assignment.route] : [])];
    return (
      assignment.effectiveFrom <= time.now() &&
      [...tables, ...assignment.releases].every(has) &&
      assignment.releases.every(({ sha256 }) => {
        const named = releases.get(sha256) ?? held.get(sha256);
        return named ? filesFor(named.release, identity.profile).every(has) : refused.has(sha256);
      })
    );
  }

  async #record(assignment: number, holding: Holding): Promise<void> {
    const { journal, time } = this.ports;
    const releases = holding.releases.map(({ sha256 }) => sha256);
    await journal.append({ kind: 'active', at: time.now(), assignment, releases });
  }
}

const namesOf = ({ releases }: Holding): string => releases.map(({ sha256 }) => sha256).join(' ');
