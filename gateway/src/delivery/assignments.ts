import {
  type Assignment,
  alertPriority,
  type Envelope,
  encodeMessage,
  fromBase64,
  type NamedRelease,
  type Progress,
  type Signer,
  type SitePolicy,
  sealEnvelope,
  toBase64,
} from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { DistrictModel, PublishedRelease } from '../campaigns/index.js';
import type { RegisteredDevice } from '../registry/index.js';
import type { AssignmentTable, ProgressTable, Store } from '../store/index.js';
import { heldReleases } from './held-releases.js';
import type { RouteBlobs } from './route-blobs.js';

/** How long devices get to fetch before the ledger expects a new release of them. */
export const deliveryLeadMs = 120_000;
/** An assignment is renewed when half of its life is over. */
export const assignmentLifeMs = 30 * 86_400_000;

/** One assignment as the ledger reads it: what a device was to hold from when on. */
export interface IssuedAssignment {
  readonly device: string;
  readonly version: number;
  readonly issuedAt: number;
  readonly effectiveFrom: number;
  readonly releases: readonly string[];
  /** Where it was, and what held there, by this assignment. */
  readonly place: string;
  readonly policy: SitePolicy;
}

interface CurrentAssignment extends IssuedAssignment {
  /** Alerts among its releases. */
  readonly urgent: readonly string[];
  readonly digest: string;
  readonly expiresAt: number;
  readonly envelope: string;
}

export interface AssignmentsDeps {
  readonly store: Store;
  readonly signer: Signer;
  readonly routes: RouteBlobs;
  readonly now: () => number;
  /** What was ever published: a device refuses a revision below one that it was handed. */
  readonly release: (sha256: string) => NamedRelease | undefined;
  /** Hands the device its newest assignment. */
  readonly publish: (device: string, envelope: Uint8Array) => void;
}

/** Under which name revisions are compared, as devices compare them. */
const lineOf = ({ release: { campaign, variant = '' } }: NamedRelease): string => `${campaign}/${variant}`;

const isUrgent = ({ release }: PublishedRelease): boolean => release.cues.some((cue) => cue.priority >= alertPriority);

/** Which releases each device holds: made, signed, versioned and remembered here. */
export class Assignments {
  readonly #current = new Map<string, CurrentAssignment>();
  readonly #history = new Map<string, IssuedAssignment[]>();
  readonly #progress = new Map<string, Progress>();
  readonly #unsaved = new Map<string, ProgressTable>();
  #saving: Promise<void> | undefined;
  /** A device that says it holds a newer version than we know of (a store restored from a backup) sets the floor. */
  readonly #floor = new Map<string, number>();
  /** The highest revision that each device was ever handed, by campaign and variant. */
  readonly #revisions = new Map<string, Map<string, number>>();

  private constructor(private readonly deps: AssignmentsDeps) {}

  static async open(deps: AssignmentsDeps): Promise<Assignments> {
    const assignments = new Assignments(deps);
    for (const row of await deps.store.selectFrom('assignments').selectAll().orderBy('version').execute())
      assignments.#remember(row);
    for (const row of await deps.store.selectFrom('progress').selectAll().execute()) {
      const { device, assignment, stage, done, of, reason, at } = row;
      assignments.#progress.set(device, {
        v: 1,
        at,
        assignment,
        stage: stage as Progress['stage'],
        done,
        of,
        ...(reason ? { reason } : {}),
      });
    }
    return assignments;
  }

  /** All that a device was ever to hold, oldest first. */
  history(device: string): readonly IssuedAssignment[] {
    return this.#history.get(device) ?? [];
  }

  current(device: string): IssuedAssignment | undefined {
    return this.#current.get(device);
  }

  progressOf(device: string): Progress | undefined {
    return this.#progress.get(device);
  }

  /** Devices wait for their retained assignment after a restart of the broker, whose memory is gone. */
  republish(): void {
    for (const { device, envelope } of this.#current.values()) this.#hand(device, envelope);
  }

  /**
   * Brings devices up to what stands. A device whose releases, place, policy, calendar and route are as before
   * gets nothing new.
   * @returns the devices that got a new assignment
   */
  async refresh(
    devices: Iterable<RegisteredDevice>,
    model: DistrictModel,
    releases: readonly PublishedRelease[],
  ): Promise<string[]> {
    const now = this.deps.now();
    const calendar = await this.deps.routes.calendar(model);
    const rows: AssignmentTable[] = [];
    for (const device of devices) {
      const place = model.places.get(device.place);
      if (!place || device.revoked || !device.enrolled) continue;
      const had = this.#revisions.get(device.id);
      const mine = heldReleases(releases, device.place, device.profile, now).filter(
        (named) => named.release.revision >= (had?.get(lineOf(named)) ?? 0),
      );
      const route = device.place.startsWith('route/')
        ? await this.deps.routes.route(model, device.place.slice('route/'.length))
        : undefined;
      const body = {
        place: device.place,
        policy: place.policy,
        releases: mine
          .map((release) => ({ sha256: release.sha256, bytes: release.bytes, urgent: isUrgent(release) }))
          .sort((a, b) => Number(b.urgent) - Number(a.urgent) || (a.sha256 < b.sha256 ? -1 : 1)),
        calendar,
        ...(route ? { route } : {}),
      };
      const digest = sha256(encodeMessage(body));
      const known = this.#current.get(device.id);
      const floor = this.#floor.get(device.id) ?? 0;
      const stale = known !== undefined && (known.expiresAt - now < assignmentLifeMs / 2 || known.version < floor);
      if (known?.digest === digest && !stale) continue;
      const present = new Set(body.releases.map((release) => release.sha256));
      // An alert is to be heard at once, and silent at once when somebody has ended it.
      const urgent =
        body.releases.some((release) => release.urgent && !known?.releases.includes(release.sha256)) ||
        known?.urgent.some((sha256) => !present.has(sha256)) === true;
      const assignment: Assignment = {
        v: 1,
        device: device.id,
        version: Math.max(known?.version ?? 0, floor) + 1,
        issuedAt: now,
        effectiveFrom: known?.digest === digest ? known.effectiveFrom : now + (urgent ? 0 : deliveryLeadMs),
        expiresAt: now + assignmentLifeMs,
        ...body,
        policy: { ...place.policy, dialects: [...place.policy.dialects] },
      };
      rows.push({
        device: device.id,
        version: assignment.version,
        issued_at: now,
        effective_from: assignment.effectiveFrom,
        expires_at: assignment.expiresAt,
        digest,
        releases: JSON.stringify(body.releases.map((release) => release.sha256)),
        envelope: toBase64(await sealEnvelope('assignment', encodeMessage(assignment), [this.deps.signer])),
      });
    }
    await this.deps.store.transaction().execute(async (transaction) => {
      for (let at = 0; at < rows.length; at += 500) {
        await transaction
          .insertInto('assignments')
          .values(rows.slice(at, at + 500))
          .execute();
      }
    });
    for (const row of rows) {
      this.#remember(row);
      this.#hand(row.device, row.envelope);
    }
    return rows.map((row) => row.device);
  }

  /** A device says which version it holds. One from the future means that our own past was lost. @returns whether it needs a new one */
  greeted(device: string, version: number): boolean {
    if (version <= (this.#current.get(device)?.version ?? 0)) return false;
    this.#floor.set(device, version);
    return true;
  }

  /** Resolves when it is written down; what hundreds of devices tell at once is one piece of work for the store. */
  async progress(device: string, progress: Progress): Promise<void> {
    this.#progress.set(device, progress);
    if (progress.stage === 'fetching' || progress.stage === 'received') return;
    const { assignment, stage, done, of, reason = null, at } = progress;
    this.#unsaved.set(device, { device, assignment, stage, done, of, reason, at });
    this.#saving ??= this.#save();
    await this.#saving;
  }

  async #save(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#saving = undefined;
    const rows = [...this.#unsaved.values()];
    this.#unsaved.clear();
    await this.deps.store.transaction().execute(async (transaction) => {
      for (let at = 0; at < rows.length; at += 500) {
        await transaction
          .insertInto('progress')
          .values(rows.slice(at, at + 500))
          .onConflict((conflict) =>
            conflict.column('device').doUpdateSet(({ ref }) => ({
              assignment: ref('excluded.assignment'),
              stage: ref('excluded.stage'),
              done: ref('excluded.done'),
              of: ref('excluded.of'),
              reason: ref('excluded.reason'),
              at: ref('excluded.at'),
            })),
          )
          .execute();
      }
    });
  }

  #hand(device: string, envelope: string): void {
    const bytes = fromBase64(envelope);
    if (bytes) this.deps.publish(device, bytes);
  }

  #remember(row: AssignmentTable): void {
    const { device, version, digest, envelope } = row;
    const { place, policy, releases } = assignmentIn(envelope);
    const urgent = releases.flatMap((release) => (release.urgent ? release.sha256 : []));
    const issued: IssuedAssignment = {
      device,
      version,
      issuedAt: row.issued_at,
      effectiveFrom: row.effective_from,
      releases: JSON.parse(row.releases) as string[],
      place,
      policy,
    };
    this.#current.set(device, { ...issued, urgent, expiresAt: row.expires_at, digest, envelope });
    const had = this.#revisions.get(device) ?? new Map<string, number>();
    this.#revisions.set(device, had);
    for (const sha256 of issued.releases) {
      const named = this.deps.release(sha256);
      if (named) had.set(lineOf(named), Math.max(had.get(lineOf(named)) ?? 0, named.release.revision));
    }
    const history = this.#history.get(device);
    if (history) history.push(issued);
    else this.#history.set(device, [issued]);
  }
}

/** What an envelope of our own says. */
function assignmentIn(envelope: string): Assignment {
  const { payload } = JSON.parse(Buffer.from(envelope, 'base64').toString()) as Envelope;
  return JSON.parse(Buffer.from(payload, 'base64').toString()) as Assignment;
}
