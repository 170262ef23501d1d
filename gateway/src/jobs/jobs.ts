import { addDays, dayOf, instantOf } from '@xiaolaba/protocol';
import type { Logger } from 'pino';
import type { Store } from '../store/index.js';

/** Something that is done once a day at a local time, or every so often. */
export interface Job {
  readonly name: string;
  readonly when: { readonly daily: string } | { readonly everyMinutes: number };
  run(now: number): Promise<void>;
}

/** When a job is due next after it last ran. Pure, so that what was missed while the gateway was down is seen at start. */
export function dueAfter(when: Job['when'], lastRunAt: number, zone: string): number {
  if ('everyMinutes' in when) return lastRunAt + when.everyMinutes * 60_000;
  const day = dayOf(lastRunAt, zone);
  const today = instantOf(day, when.daily, zone);
  return today > lastRunAt ? today : instantOf(addDays(day, 1), when.daily, zone);
}

/** Runs what is due. One that was missed runs once when the gateway is back, however long that took. */
export class Jobs {
  readonly #lastRun = new Map<string, number>();
  #running: Promise<void> | undefined;

  private constructor(
    private readonly jobs: readonly Job[],
    private readonly store: Store,
    private readonly zone: () => string,
    private readonly now: () => number,
    private readonly log: Logger,
  ) {}

  static async open(
    jobs: readonly Job[],
    store: Store,
    zone: () => string,
    now: () => number,
    log: Logger,
  ): Promise<Jobs> {
    const runner = new Jobs(jobs, store, zone, now, log);
    for (const row of await store.selectFrom('jobs').selectAll().execute())
      runner.#lastRun.set(row.name, row.last_run_at);
    // A new gateway has missed nothing: its first night is the coming one.
    for (const job of jobs) if (!runner.#lastRun.has(job.name)) await runner.#remember(job.name, now());
    return runner;
  }

  lastRuns(): ReadonlyMap<string, number> {
    return this.#lastRun;
  }

  /** Calls that come while the jobs run share that run. */
  runDue(): Promise<void> {
    this.#running ??= this.#runDue().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #runDue(): Promise<void> {
    for (const job of this.jobs) {
      const now = this.now();
      const last = this.#lastRun.get(job.name) ?? now;
      if (last > now) {
        // The clock was ahead and has been put right: the job must not wait until it gets there again.
        await this.#remember(job.name, now);
        continue;
      }
      if (dueAfter(job.when, last, this.zone()) > now) continue;
      try {
        await job.run(now);
        this.log.info({ job: job.name }, 'job done');
      } catch (error) {
        // Tomorrow's run tries again; a job that fails must not keep the others from running.
        this.log.error({ job: job.name, error }, 'job failed');
      }
      await this.#remember(job.name, now);
    }
  }

  async #remember(name: string, at: number): Promise<void> {
    this.#lastRun.set(name, at);
    await this.store
      .insertInto('jobs')
      .values({ name, last_run_at: at })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ last_run_at: at }))
      .execute();
  }
}
