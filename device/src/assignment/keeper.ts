import {
  type Assignment,
  type BlobRef,
  type Calendar,
  calendarSchema,
  callerError,
  decodeMessage,
  encodeMessage,
  errorCode,
  filesFor,
  type NamedRelease,
  type Progress,
  type RouteStops,
  routeStopsSchema,
} from '@xiaolaba/protocol';
import { z } from 'zod';
import type { AgentLog, DeviceIdentity } from '../agent-types.js';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Fetcher } from '../cache/fetcher.js';
import type { Discipline } from '../clock/discipline.js';
import type { Journal } from '../journal/journal.js';
import type { Life } from '../life.js';
import type { Cancel } from '../ports/index.js';
import type { Trust } from '../trust/trust.js';
import { claimedVersion, openAssignment, openRelease, revisionKey } from './checks.js';
import { filesHeard, type Haste, type Holding, hasteOf, hurried } from './holding.js';

const currentName = 'assignment/current';
const nextName = 'assignment/next';
const revisionsName = 'assignment/revisions';
const revisionsSchema = z.record(z.string(), z.number().int().min(0));
/** Files between two reports of how far a download has come. */
const reportEvery = 8;

export interface KeeperPorts {
  readonly identity: DeviceIdentity;
  readonly trust: Pick<Trust, 'openRelease'>;
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

/** An assignment on its way into force. */
interface Candidate {
  readonly assignment: Assignment;
  readonly envelope: Uint8Array;
  readonly releases: Map<string, NamedRelease>;
  readonly refused: Set<string>;
  calendar?: Calendar;
  route?: RouteStops;
  done: number;
  announced: number;
}

type Step = 'go-on' | 'wait';

/** Holds the assignment: checks what comes, gets what it names, brings it into force and keeps it over restarts. */
export class AssignmentKeeper {
  #current: { envelope: Uint8Array; holding: Holding } | undefined;
  /** What of the candidate is in force before the rest of it. */
  #haste: Haste | undefined;
  #candidate: Candidate | undefined;
  #working = false;
  #again = false;
  #full = false;
  #activation: Cancel | undefined;
  #revisions: Record<string, number> = {};

  constructor(private readonly ports: KeeperPorts) {
    ports.fetcher.onRetry = () => this.work();
  }

  get version(): number {
    return this.#current?.holding.assignment.version ?? 0;
  }

  get holding(): Holding | undefined {
    return this.#current?.holding;
  }

  /** The holding with what can't wait for the next one. */
  get #inForce(): Holding | undefined {
    const base = this.#current?.holding ?? this.#haste?.base;
    return base && hurried(base, this.#haste, this.#isOutdated);
  }

  /** Takes up what storage holds, without the link. */
  async open(): Promise<void> {
    const { life, log } = this.ports;
    const revisions = await life.storage.read(revisionsName);
    if (revisions) this.#revisions = readRevisions(revisions, log);
    const current = await this.#stored(currentName);
    if (current) await this.#resume(current);
    const next = await this.#stored(nextName);
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
      const reason = errorCode(error);
      log.warn({ reason }, 'assignment refused');
      const version = claimedVersion(envelope) ?? Math.max(1, this.version);
      this.ports.report({ v: 1, at: time.now(), assignment: version, stage: 'refused', done: 0, of: 0, reason });
      return;
    }
    try {
      await life.storage.replace(nextName, envelope);
    } catch (error) {
      life.assertAlive();
      log.error({ error: errorCode(error) }, 'the assignment can not be stored');
      await this.#storageFull(assignment.version);
    }
    this.#activation?.();
    this.#full = false;
    this.#candidate = candidateOf(assignment, envelope);
    this.#report(this.#candidate, 'received');
    this.ports.fetcher.retryUnobtainable(true);
    const held = new Set(this.#inForce?.releases.map(({ sha256 }) => sha256));
    if (assignment.releases.some(({ urgent, sha256 }) => urgent && !held.has(sha256))) this.ports.fetcher.interrupt();
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
        else if (this.#current) await this.#mend(this.#current);
      }
    } finally {
      this.#working = false;
    }
  }

  /** Other signatures count from now on: what is in force, or about to be, is judged anew. */
  async recheck(): Promise<void> {
    const { cache, journal, time } = this.ports;
    // What is under way with it sees that it is no longer the one.
    if (this.#candidate) this.#candidate = candidateOf(this.#candidate.assignment, this.#candidate.envelope);
    const before = this.#inForce;
    const current = this.#current;
    const haste = this.#haste;
    const base = current?.holding ?? haste?.base;
    if (before && base) {
      const again = candidateOf(base.assignment, current?.envelope ?? new Uint8Array());
      const names = [current?.holding.assignment.releases ?? [], haste?.releases ?? []].flat();
      for (const { sha256 } of names) {
        const bytes = await cache.read(sha256);
        if (bytes) this.#tryRelease(again, sha256, bytes, true);
      }
      const { calendar, route } = base;
      const holding = holdingOf({ ...again, calendar, ...(route ? { route } : {}) });
      if (holding && this.#current === current && this.#haste === haste) {
        if (current) this.#current = { envelope: current.envelope, holding };
        if (haste) {
          const releases = haste.releases.flatMap(({ sha256 }) => again.releases.get(sha256) ?? []);
          this.#haste = { ...haste, releases };
        }
        const after = this.#inForce;
        if (after && namesOf(after) !== namesOf(before)) {
          this.ports.activate(after, true);
          const releases = after.releases.map(({ sha256 }) => sha256);
          await journal.append({ kind: 'active', at: time.now(), assignment: after.assignment.version, releases });
          this.#reference();
        }
      }
    }
    await this.work();
  }

  async #stored(name: string): Promise<Candidate | undefined> {
    const { life, identity, log } = this.ports;
    const envelope = await life.storage.read(name);
    if (!envelope) return;
    try {
      return candidateOf(openAssignment(envelope, identity), envelope);
    } catch (error) {
      log.error({ error: errorCode(error), name }, 'the stored assignment is not good');
      return;
    }
  }

  /** What was in force before the restart goes on; what is missing of it is fetched again. */
  async #resume(stored: Candidate): Promise<void> {
    const { cache } = this.ports;
    const { assignment, envelope } = stored;
    for (const { sha256 } of assignment.releases) {
      const bytes = await cache.read(sha256);
      if (bytes) this.#tryRelease(stored, sha256, bytes, false);
    }
    const calendar = await cache.read(assignment.calendar.sha256);
    const route = assignment.route && (await cache.read(assignment.route.sha256));
    if (calendar) stored.calendar = decodeMessage(calendarSchema, calendar);
    if (route) stored.route = decodeMessage(routeStopsSchema, route);
    const holding = holdingOf(stored);
    if (!holding) {
      this.#candidate = stored;
      return;
    }
    this.#current = { envelope, holding };
    this.#reference();
    this.ports.activate(this.#inForce ?? holding, false);
  }

  async #advance(candidate: Candidate): Promise<void> {
    const { assignment } = candidate;
    this.#reference();
    const urgent = assignment.releases.filter((release) => release.urgent);
    const others = assignment.releases.filter((release) => !release.urgent);
    const steps = [
      () => this.#getReleases(candidate, urgent),
      () => this.#getHeard(candidate, urgent),
      () => this.#hurry(candidate),
      () => this.#getTables(candidate),
      () => this.#hurry(candidate),
      () => this.#getReleases(candidate, others),
      () => this.#getRenditions(candidate),
    ];
    for (const step of steps) {
      const result = await step();
      if (this.#candidate !== candidate || result === 'wait') return;
    }
    this.#report(candidate, 'ready');
    const early = assignment.effectiveFrom - this.ports.time.now();
    if (early <= 0) return this.#bringIntoForce(candidate);
    this.#activation?.();
    this.#activation = this.ports.life.after(early, 'activate', () => {
      if (this.#candidate === candidate) return this.#bringIntoForce(candidate);
    });
  }

  async #bringIntoForce(candidate: Candidate): Promise<void> {
    const { life, time, journal, cache } = this.ports;
    const holding = holdingOf(candidate);
    if (!holding) return;
    const { assignment, envelope } = candidate;
    this.#candidate = undefined;
    this.#current = { envelope, holding };
    this.#haste = undefined;
    this.#noteRevisions(holding);
    const releases = holding.releases.map(({ sha256 }) => sha256);
    // Before it is stored as what is in force: a cut in between leaves a record too many, not a play of which nobody
    // knows since when it was due.
    await journal.append({ kind: 'active', at: time.now(), assignment: assignment.version, releases });
    try {
      await life.storage.replace(revisionsName, encodeMessage(this.#revisions));
      await life.storage.replace(currentName, envelope);
      await life.storage.remove(nextName);
    } catch (error) {
      life.assertAlive();
      this.ports.log.error({ error: errorCode(error) }, 'the assignment can not be stored');
    }
    // Unless it was judged anew meanwhile.
    if (this.#current?.holding === holding) this.ports.activate(holding, true);
    this.#report(candidate, 'active');
    this.#reference();
    await cache.makeRoom(0).catch(() => life.assertAlive());
    if (this.#missing(holding).length > 0) this.ports.fetcher.retryUnobtainable(false);
  }

  /**
   * Alerts that the candidate brings, and the end of those that it leaves out, wait for nothing else of it; that it is
   * stored as the next one tells after a restart what was in force. All else changes at once, when it is whole.
   */
  async #hurry(candidate: Candidate): Promise<Step> {
    const { life, time, journal, log } = this.ports;
    const { assignment, calendar, route } = candidate;
    const current = this.#current?.holding;
    const base = current ?? (calendar && { assignment, releases: [], calendar, ...(route ? { route } : {}) });
    if (!base || this.#isWhole(candidate)) return 'go-on';
    const haste = hasteOf(assignment, candidate.releases, current, base);
    const before = this.#inForce;
    const after = hurried(base, haste, this.#isOutdated);
    if (namesOf(after) === (before ? namesOf(before) : '')) return 'go-on';
    this.#haste = haste;
    this.#noteRevisions(after);
    const releases = after.releases.map(({ sha256 }) => sha256);
    await journal.append({ kind: 'active', at: time.now(), assignment: assignment.version, releases });
    if (this.#haste === haste) this.ports.activate(after, true);
    try {
      await life.storage.replace(revisionsName, encodeMessage(this.#revisions));
    } catch (error) {
      life.assertAlive();
      log.error({ error: errorCode(error) }, 'the revisions can not be stored');
    }
    this.#reference();
    return this.#candidate === candidate ? 'go-on' : 'wait';
  }

  /** Whether nothing is to be waited for, so that all of it comes into force at once. */
  #isWhole({ assignment, releases, refused }: Candidate): boolean {
    const { cache, identity, time } = this.ports;
    const has = ({ sha256 }: BlobRef): boolean => cache.has(sha256) || refused.has(sha256);
    const held = new Map(this.#current?.holding.releases.map((named) => [named.sha256, named]));
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

  #highest(named: NamedRelease): number {
    return this.#revisions[revisionKey(named)] ?? 0;
  }

  readonly #isOutdated = (named: NamedRelease): boolean => named.release.revision < this.#highest(named);

  #noteRevisions({ releases }: Holding): void {
    for (const named of releases) {
      this.#revisions[revisionKey(named)] = Math.max(this.#highest(named), named.release.revision);
    }
  }

  /** A file that is in force and gone (or spoilt) is fetched again behind the player's back. */
  async #mend({ holding }: { holding: Holding }): Promise<void> {
    for (const ref of this.#missing(holding)) {
      const result = await this.ports.fetcher.get(ref);
      if (result === 'offline' || result === 'full') return;
    }
    if (this.#missing(holding).length > 0) this.ports.fetcher.retryUnobtainable(false);
  }

  #missing({ releases }: Holding): BlobRef[] {
    return releases
      .flatMap(({ release }) => filesFor(release, this.ports.identity.profile))
      .filter(({ sha256 }) => !this.ports.cache.has(sha256));
  }

  async #getReleases(candidate: Candidate, wanted: Assignment['releases']): Promise<Step> {
    for (const ref of wanted) {
      if (candidate.releases.has(ref.sha256) || candidate.refused.has(ref.sha256)) continue;
      const step = await this.#get(candidate, ref, ref.sha256);
      if (step === 'wait') return 'wait';
      if (step === 'unobtainable') continue;
      const bytes = await this.ports.cache.read(ref.sha256);
      if (bytes) this.#tryRelease(candidate, ref.sha256, bytes, true);
    }
    this.#reference();
    return 'go-on';
  }

  async #getTables(candidate: Candidate): Promise<Step> {
    const { calendar, route } = candidate.assignment;
    const { cache } = this.ports;
    for (const ref of [calendar, ...(route ? [route] : [])]) {
      const step = await this.#get(candidate, ref);
      // Without them nothing can be planned rightly: what was in force stays in force.
      if (step !== 'got') return 'wait';
    }
    try {
      const calendarBytes = await cache.read(calendar.sha256);
      const routeBytes = route && (await cache.read(route.sha256));
      if (calendarBytes) candidate.calendar = decodeMessage(calendarSchema, calendarBytes);
      if (routeBytes) candidate.route = decodeMessage(routeStopsSchema, routeBytes);
    } catch (error) {
      this.#refuse(candidate, errorCode(error));
      return 'wait';
    }
    return 'go-on';
  }

  /** Of alerts first what may be said here: other dialects are fetched with the rest. */
  async #getHeard(candidate: Candidate, urgent: Assignment['releases']): Promise<Step> {
    const { profile } = this.ports.identity;
    const policies = [candidate.assignment.policy, ...(this.#current ? [this.#current.holding.assignment.policy] : [])];
    const dialects = policies.flatMap((policy) => policy.dialects);
    for (const { sha256 } of urgent) {
      const named = candidate.releases.get(sha256);
      for (const ref of named ? filesHeard(named, profile, dialects) : []) {
        if ((await this.#get(candidate, ref, sha256)) === 'wait') return 'wait';
      }
    }
    return 'go-on';
  }

  async #getRenditions(candidate: Candidate): Promise<Step> {
    for (const { sha256, release } of [...candidate.releases.values()]) {
      for (const ref of filesFor(release, this.ports.identity.profile)) {
        if ((await this.#get(candidate, ref, sha256)) === 'wait') return 'wait';
      }
    }
    return 'go-on';
  }

  async #get(candidate: Candidate, ref: BlobRef, release?: string): Promise<'got' | 'unobtainable' | 'wait'> {
    const { cache, fetcher } = this.ports;
    if (cache.has(ref.sha256)) return 'got';
    const result = await fetcher.get(ref);
    if (this.#candidate !== candidate) return 'wait';
    if (result === 'fetched') {
      candidate.done++;
      if (candidate.done - candidate.announced >= reportEvery || candidate.done === 1) {
        candidate.announced = candidate.done;
        this.#report(candidate, 'fetching');
      }
      return 'got';
    }
    if (result === 'unobtainable') {
      if (!candidate.refused.has(ref.sha256)) await this.#corrupt(ref.sha256);
      candidate.refused.add(ref.sha256);
      this.#refuse(candidate, 'blob-unobtainable', release);
      fetcher.retryUnobtainable(false);
      return 'unobtainable';
    }
    if (result === 'full' && !this.#full) await this.#storageFull(candidate.assignment.version);
    return 'wait';
  }

  #tryRelease(candidate: Candidate, sha256: string, bytes: Uint8Array, checkRevision: boolean): void {
    try {
      const named = openRelease(sha256, bytes, this.ports.identity, this.ports.trust);
      if (checkRevision && this.#isOutdated(named))
        throw callerError('release-rolled-back', 'a later revision was held', { highest: this.#highest(named) });
      candidate.releases.set(sha256, named);
    } catch (error) {
      candidate.refused.add(sha256);
      this.#refuse(candidate, errorCode(error), sha256);
    }
  }

  async #corrupt(sha256: string): Promise<void> {
    const { journal, time } = this.ports;
    await journal.append({ kind: 'event', at: time.now(), event: 'blob-corrupt', detail: sha256 });
  }

  async #storageFull(version: number): Promise<void> {
    const { journal, time, report } = this.ports;
    this.#full = true;
    const at = time.now();
    report({ v: 1, at, assignment: version, stage: 'refused', done: 0, of: 0, reason: 'storage-full' });
    await journal.append({ kind: 'event', at, event: 'storage-full' });
  }

  #refuse(candidate: Candidate, reason: string, release?: string): void {
    this.ports.log.warn({ reason, release }, 'part of the assignment refused');
    this.#report(candidate, 'refused', { reason: reason.slice(0, 64), ...(release ? { release } : {}) });
  }

  #report(candidate: Candidate, stage: Progress['stage'], more: Partial<Progress> = {}): void {
    const { assignment, releases } = candidate;
    const files = new Set(assignment.releases.map(({ sha256 }) => sha256));
    files.add(assignment.calendar.sha256);
    if (assignment.route) files.add(assignment.route.sha256);
    for (const { release } of releases.values()) {
      for (const { sha256 } of filesFor(release, this.ports.identity.profile)) files.add(sha256);
    }
    let done = 0;
    for (const sha256 of files) if (this.ports.cache.has(sha256)) done++;
    const { version } = assignment;
    this.ports.report({ v: 1, at: this.ports.time.now(), assignment: version, stage, done, of: files.size, ...more });
  }

  /** Tells the cache what must stay: what is in force, and what is about to be. */
  #reference(): void {
    const keep = new Set<string>();
    const add = (assignment: Assignment, releases: Iterable<NamedRelease>): void => {
      for (const { sha256 } of assignment.releases) keep.add(sha256);
      keep.add(assignment.calendar.sha256);
      if (assignment.route) keep.add(assignment.route.sha256);
      for (const { release } of releases) {
        for (const { sha256 } of filesFor(release, this.ports.identity.profile)) keep.add(sha256);
      }
    };
    if (this.#current) add(this.#current.holding.assignment, this.#current.holding.releases);
    if (this.#candidate) add(this.#candidate.assignment, this.#candidate.releases.values());
    for (const { sha256, release } of this.#haste?.releases ?? []) {
      keep.add(sha256);
      for (const file of filesFor(release, this.ports.identity.profile)) keep.add(file.sha256);
    }
    this.ports.cache.reference(keep);
  }
}

const candidateOf = (assignment: Assignment, envelope: Uint8Array): Candidate => ({
  assignment,
  envelope,
  releases: new Map(),
  refused: new Set(),
  done: 0,
  announced: 0,
});

const namesOf = ({ releases }: Holding): string => releases.map(({ sha256 }) => sha256).join(' ');

/** A page of flash gone bad must not keep a device from playing what it holds. */
function readRevisions(bytes: Uint8Array, log: AgentLog): Record<string, number> {
  try {
    return revisionsSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (error) {
    log.error({ error: errorCode(error) }, 'the stored revisions are not good');
    return {};
  }
}

/** In the assignment's order, so that equal devices hold equal lists. */
function holdingOf(candidate: Candidate): Holding | undefined {
  const { assignment, calendar, route } = candidate;
  if (!calendar) return;
  const releases = assignment.releases.flatMap(({ sha256 }) => candidate.releases.get(sha256) ?? []);
  return { assignment, releases, calendar, ...(route ? { route } : {}) };
}
