import { addDays, callerError, dayOf, errorCode } from '@xiaolaba/protocol';
import type { Logger } from 'pino';
import type { Campaigns, DistrictModel } from '../campaigns/index.js';
import type { Coverage } from '../coverage/index.js';
import { Turns } from '../turns.js';
import { countPlay, judgeWave, noPlays, type WavePlays } from './rollout-judge.js';
import type { Rollout, RolloutPolicy, Rollouts, Wave } from './rollouts.js';

/** Plays further back say nothing of how a wave does now; so many ledgers are at hand. */
const daysBack = 2;

/** A step that nobody asked for, for the audit log. */
export type RolloutNote = (
  action: string,
  rollout: Rollout,
  details: Readonly<Record<string, string | number>>,
) => Promise<void>;

export interface RolloutDriverDeps {
  readonly rollouts: Rollouts;
  readonly campaigns: Campaigns;
  readonly coverage: Pick<Coverage, 'ledger'>;
  readonly policy: RolloutPolicy;
  readonly model: () => DistrictModel | undefined;
  /** Brings devices up to what stands. */
  readonly refresh: () => Promise<void>;
  readonly note: RolloutNote;
  readonly now: () => number;
  readonly log: Logger;
}

const isOpen = ({ state }: Rollout): boolean => state === 'running' || state === 'paused';
const currentOf = ({ waves }: Rollout): Wave | undefined => waves.findLast(({ reachedAt }) => reachedAt !== undefined);
const reachedBy = ({ waves }: Rollout): number => waves.filter(({ reachedAt }) => reachedAt !== undefined).length;

/** Lets releases go on from wave to wave as the ledger says that they have truly played, and stops those that fail. */
export class RolloutDriver {
  readonly #turns = new Turns();
  #begun = false;

  constructor(private readonly deps: RolloutDriverDeps) {}

  /** Judges every rollout that goes on. */
  tick(): Promise<void> {
    return this.#turns.run(async () => {
      const all = this.deps.rollouts.all();
      if (!this.#begun && all.some((rollout) => isOpen(rollout) || rollout.state === 'finished'))
        await this.#takeUp(all);
      this.#begun = true;
      for (const rollout of all) {
        if (!isOpen(rollout)) continue;
        try {
          await this.#judge(rollout);
        } catch (error) {
          this.deps.log.error({ release: rollout.release, code: errorCode(error), error }, 'rollout not judged');
        }
      }
    });
  }

  /** What became of a wave so far. */
  async playsOf(rollout: Rollout, wave: Wave): Promise<WavePlays> {
    const plays = noPlays();
    const model = this.deps.model();
    const { reachedAt } = wave;
    if (!model || reachedAt === undefined) return plays;
    const now = this.deps.now();
    const today = dayOf(now, model.zone);
    const stops = wave.places.flatMap((place) => model.routes.get(place.replace(/^route\//, ''))?.stops ?? []);
    const places = new Set([...wave.places, ...stops.map(({ site }) => `site/${site}`)]);
    const first = dayOf(reachedAt, model.zone);
    for (let day = today, back = 0; day >= first && back <= daysBack; day = addDays(day, -1), back++) {
      const ledger = await this.deps.coverage.ledger(day);
      for (const place of places)
        for (const slot of ledger.slotsOf(place))
          if (slot.release === rollout.release && slot.startAt >= reachedAt) countPlay(plays, slot, now);
    }
    return plays;
  }

  /** The next wave, whatever became of the last; a paused rollout goes on. @throws XiaolabaError as `#open` */
  advance(release: string): Promise<Rollout> {
    return this.#turns.run(async () => await this.#advance(this.#open(release)));
  }

  /** Nobody else gets it for now. @throws XiaolabaError as `#open` */
  pause(release: string): Promise<Rollout> {
    return this.#turns.run(
      async () => await this.deps.rollouts.change(this.#open(release), { state: 'paused', reason: 'by-hand' }),
    );
  }

  /** Goes on with the wave that it stopped at, whose plays count from now. @throws XiaolabaError as `#open` */
  resume(release: string): Promise<Rollout> {
    return this.#turns.run(async () => {
      const rollout = this.#open(release);
      const reached = reachedBy(rollout);
      const waves = rollout.waves.map((wave, at) =>
        at === reached - 1 ? { ...wave, reachedAt: this.deps.now() } : wave,
      );
      return await this.deps.rollouts.change(rollout, { waves, state: 'running', reason: undefined });
    });
  }

  /** Everywhere now. @throws XiaolabaError as `#open` */
  finish(release: string): Promise<Rollout> {
    return this.#turns.run(async () => await this.#finish(this.#open(release)));
  }

  /**
   * Takes it off the air where it has come. Elsewhere the release before stays; where it has come devices refuse to go
   * back to a lower revision, so what was said before waits to be signed anew.
   * @throws XiaolabaError as `#open`
   */
  rollBack(release: string): Promise<Rollout> {
    return this.#turns.run(async () => await this.#rollBack(this.#open(release)));
  }

  /** @throws XiaolabaError `rollout-unknown`, `rollout-over` */
  #open(release: string): Rollout {
    const rollout = this.deps.rollouts.get(release);
    if (!rollout) throw callerError('rollout-unknown', `no rollout of ${release}`, { sha256: release });
    if (!isOpen(rollout) || this.deps.campaigns.release(release)?.withdrawnAt !== undefined)
      throw callerError('rollout-over', 'it is over', { state: rollout.state });
    return rollout;
  }

  /** Does again what a crash may have cut short: a step is written down before devices are told of it. */
  async #takeUp(all: readonly Rollout[]): Promise<void> {
    await this.deps.campaigns.retire(all.flatMap(({ state, replaces }) => (state === 'finished' ? replaces : [])));
    await this.deps.refresh();
  }

  async #judge(rollout: Rollout): Promise<void> {
    const { rollouts, campaigns, policy, note, now } = this.deps;
    const published = campaigns.release(rollout.release);
    if (!published || published.withdrawnAt !== undefined) {
      await note('rollout-ended', await rollouts.change(rollout, { state: 'withdrawn' }), {});
      return;
    }
    const later = rollouts
      .all()
      .some(
        ({ state, campaign, variant, revision }) =>
          state !== 'withdrawn' &&
          campaign === rollout.campaign &&
          variant === rollout.variant &&
          revision > rollout.revision,
      );
    if (later) {
      await note('rollout-ended', await rollouts.change(rollout, { state: 'superseded' }), {});
      return;
    }
    const wave = currentOf(rollout);
    if (rollout.state !== 'running' || wave?.reachedAt === undefined) return;
    const plays = await this.playsOf(rollout, wave);
    const verdict = judgeWave(plays, policy, wave.reachedAt, now());
    const { verified, failed, excused } = plays;
    const told = { verified, failed, excused };
    if (verdict === 'go') {
      const on = await this.#advance(rollout);
      await note(on.state === 'finished' ? 'rollout-finished' : 'rollout-advanced', on, told);
    } else if (verdict === 'stop') {
      const causes = Object.entries(plays.causes).map(([cause, times]) => `${cause} ${times}`);
      const paused = await rollouts.change(rollout, { state: 'paused', reason: 'errors' });
      await note('rollout-paused', paused, { ...told, causes: causes.join(', ') });
      if (policy.onErrors === 'roll-back') await note('rollout-rolled-back', await this.#rollBack(paused), told);
    }
  }

  async #advance(rollout: Rollout): Promise<Rollout> {
    const { rollouts, refresh, now } = this.deps;
    const next = reachedBy(rollout);
    if (next >= rollout.waves.length) return await this.#finish(rollout);
    const waves = rollout.waves.map((wave, at) => (at === next ? { ...wave, reachedAt: now() } : wave));
    const changed = await rollouts.change(rollout, { waves, state: 'running', reason: undefined });
    await refresh();
    return changed;
  }

  async #finish(rollout: Rollout): Promise<Rollout> {
    const { rollouts, campaigns, refresh, now } = this.deps;
    const at = now();
    const waves = rollout.waves.map((wave) => ({ ...wave, reachedAt: wave.reachedAt ?? at }));
    const finished = await rollouts.change(rollout, { waves, state: 'finished', reason: undefined });
    await campaigns.retire(rollout.replaces);
    await refresh();
    return finished;
  }

  async #rollBack(rollout: Rollout): Promise<Rollout> {
    const { rollouts, campaigns, refresh, log } = this.deps;
    const before = rollout.replaces
      .flatMap((sha256) => campaigns.release(sha256) ?? [])
      .filter(({ release }) => (release.variant ?? '') === rollout.variant)
      .sort((a, b) => b.release.revision - a.release.revision)[0];
    await campaigns.withdraw(rollout.release);
    const restored =
      before &&
      (await campaigns.restore(before.sha256, { despite: true }).catch((error: unknown) => {
        log.warn({ release: before.sha256, code: errorCode(error) }, 'the release before can not be restored');
        return undefined;
      }));
    const rolledBack = await rollouts.change(rollout, {
      state: 'rolled-back',
      reason: undefined,
      restored: restored?.sha256,
    });
    await refresh();
    return rolledBack;
  }
}
