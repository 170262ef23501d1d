import { alertPriority, type Release } from '@xiaolaba/protocol';
import type { DistrictModel } from '../campaigns/district-model.js';
import type { PublishedRelease } from '../campaigns/published-release.js';
import type { RegisteredDevice } from '../registry/index.js';
import type { RolloutTable, Store } from '../store/index.js';
import type { RolloutMeasure } from './rollout-judge.js';
import { planWaves, type RolloutPlace, type WaveSizes } from './rollout-plan.js';
import type { RolloutReason, RolloutState } from './rollout-states.js';

export interface Wave {
  readonly places: readonly string[];
  /** Absent while it waits for its turn. */
  readonly reachedAt?: number;
}

/** How far a release has come that is handed out in waves. */
export interface Rollout {
  readonly release: string;
  readonly campaign: string;
  readonly variant: string;
  readonly revision: number;
  /** Releases that stand where it has not come yet. */
  readonly replaces: readonly string[];
  readonly waves: readonly Wave[];
  readonly state: RolloutState;
  readonly reason: RolloutReason | undefined;
  /** The candidate that brings the release before back. */
  readonly restored: string | undefined;
  readonly begunAt: number;
  readonly changedAt: number;
}

/** Whether a release goes out in waves: as the settings say, or as whoever approved it chose. */
export const stagings = ['as-set', 'staged', 'at-once'] as const;
export type Staging = (typeof stagings)[number];

export interface RolloutPolicy extends WaveSizes, RolloutMeasure {
  /** Releases for so many places or more are staged unless somebody says otherwise; 0: none is. */
  readonly fromPlaces: number;
  readonly onErrors: 'pause' | 'roll-back';
}

export interface RolloutsDeps {
  readonly store: Store;
  readonly policy: RolloutPolicy;
  readonly model: () => DistrictModel | undefined;
  readonly devices: () => Iterable<RegisteredDevice>;
  readonly online: (device: string) => boolean;
  readonly now: () => number;
}

/** Its words and hours, whichever revision they stand in. */
const saying = ({ revision: _, frozenAt: __, ...rest }: Release): string => JSON.stringify(rest);

/** Which places a release has reached, of those that go out in waves; kept over a restart. */
export class Rollouts {
  readonly #all = new Map<string, Rollout>();

  private constructor(private readonly deps: RolloutsDeps) {}

  static async open(deps: RolloutsDeps): Promise<Rollouts> {
    const rollouts = new Rollouts(deps);
    for (const row of await deps.store.selectFrom('rollouts').selectAll().orderBy('begun_at').execute())
      rollouts.#all.set(row.release, rolloutOf(row));
    return rollouts;
  }

  /** The newest first. */
  all(): Rollout[] {
    return [...this.#all.values()].reverse();
  }

  get(release: string): Rollout | undefined {
    return this.#all.get(release);
  }

  /** Places of its audience that a release has not come to yet. */
  withheldAt(release: string): ReadonlySet<string> | undefined {
    const rollout = this.#all.get(release);
    if (!rollout || rollout.state === 'finished') return undefined;
    return new Set(rollout.waves.flatMap(({ places, reachedAt }) => (reachedAt === undefined ? places : [])));
  }

  /** Whether it would be staged if nobody said otherwise. */
  isStagedAsSet({ audience, cues }: Release): boolean {
    const { fromPlaces } = this.deps.policy;
    const isAlert = cues.some(({ priority }) => priority >= alertPriority);
    return !isAlert && fromPlaces > 0 && new Set(audience.places).size >= fromPlaces;
  }

  /**
   * How a release would go out; `undefined` where it goes everywhere at once: an alert always does, and, if nobody says
   * otherwise, what says again what it takes the place of.
   */
  plan(
    { sha256, release }: Pick<PublishedRelease, 'sha256' | 'release'>,
    replaced: readonly PublishedRelease[],
    staging: Staging,
  ): Rollout | undefined {
    const model = this.deps.model();
    const again = replaced.some((one) => saying(one.release) === saying(release));
    const staged = staging === 'staged' || (staging === 'as-set' && this.isStagedAsSet(release) && !again);
    const isAlert = release.cues.some(({ priority }) => priority >= alertPriority);
    if (!model || !staged || isAlert) return undefined;
    const places = this.#placesOf(release, model);
    // Where no device is, nothing would ever be played that the next wave could wait for.
    if (places.every(({ profiles }) => profiles.length === 0)) return undefined;
    const waves = planWaves(places, `${release.campaign}/${release.revision}`, this.deps.policy);
    if (waves.length < 2) return undefined;
    const now = this.deps.now();
    return {
      release: sha256,
      campaign: release.campaign,
      variant: release.variant ?? '',
      revision: release.revision,
      replaces: replaced.map((one) => one.sha256),
      waves: waves.map((places, at) => ({ places, ...(at === 0 ? { reachedAt: now } : {}) })),
      state: 'running',
      reason: undefined,
      restored: undefined,
      begunAt: now,
      changedAt: now,
    };
  }

  /** Writes a rollout down, within the transaction that publishes its release. */
  async begin(rollout: Rollout, within: Store): Promise<void> {
    await within.insertInto('rollouts').values(rowOf(rollout)).execute();
    this.#all.set(rollout.release, rollout);
  }

  async change(rollout: Rollout, change: Partial<Pick<Rollout, 'waves' | 'state' | 'reason' | 'restored'>>) {
    const changed: Rollout = { ...rollout, ...change, changedAt: this.deps.now() };
    const { release, ...row } = rowOf(changed);
    await this.deps.store.updateTable('rollouts').set(row).where('release', '=', release).execute();
    this.#all.set(release, changed);
    return changed;
  }

  #placesOf({ audience }: Release, model: DistrictModel): RolloutPlace[] {
    const byPlace = new Map<string, RegisteredDevice[]>();
    for (const device of this.deps.devices()) {
      if (!device.enrolled || device.revoked || !audience.profiles.includes(device.profile)) continue;
      byPlace.set(device.place, [...(byPlace.get(device.place) ?? []), device]);
    }
    return [...new Set(audience.places)].map((place) => {
      const devices = byPlace.get(place) ?? [];
      return {
        place,
        kind: model.places.get(place)?.kind ?? '',
        profiles: devices.map(({ profile }) => profile),
        online: devices.some(({ id }) => this.deps.online(id)),
      };
    });
  }
}

const rowOf = (rollout: Rollout): RolloutTable => ({
  release: rollout.release,
  campaign: rollout.campaign,
  variant: rollout.variant,
  revision: rollout.revision,
  replaces: JSON.stringify(rollout.replaces),
  waves: JSON.stringify(rollout.waves),
  state: rollout.state,
  reason: rollout.reason ?? null,
  restored: rollout.restored ?? null,
  begun_at: rollout.begunAt,
  changed_at: rollout.changedAt,
});

const rolloutOf = (row: RolloutTable): Rollout => ({
  release: row.release,
  campaign: row.campaign,
  variant: row.variant,
  revision: row.revision,
  replaces: JSON.parse(row.replaces) as string[],
  waves: JSON.parse(row.waves) as Wave[],
  state: row.state as RolloutState,
  reason: (row.reason ?? undefined) as RolloutReason | undefined,
  restored: row.restored ?? undefined,
  begunAt: row.begun_at,
  changedAt: row.changed_at,
});
