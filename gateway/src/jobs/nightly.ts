import { addDays, dayOf } from '@xiaolaba/protocol';
import type { Coverage } from '../coverage/index.js';
import type { Store } from '../store/index.js';
import type { Job } from './jobs.js';

export interface NightlyDeps {
  readonly store: Store;
  readonly coverage: Coverage;
  readonly zone: () => string;
  /** Renews assignments and drops what has run out. */
  readonly refreshAssignments: () => Promise<void>;
  /** Writes down what is foretold of the day that begins. */
  readonly keepPrediction: (now: number) => Promise<void>;
  readonly backup: (now: number) => Promise<void>;
  readonly recordDays: number;
  readonly rejectDays: number;
}

const dayMs = 86_400_000;

/** What a gateway does by itself, in the order of the night. */
export function nightlyJobs(deps: NightlyDeps): Job[] {
  const { store, coverage } = deps;
  return [
    { name: 'refresh-assignments', when: { everyMinutes: 60 }, run: deps.refreshAssignments },
    {
      name: 'close-day',
      when: { daily: '00:30' },
      async run(now) {
        const today = dayOf(now, deps.zone());
        // Older days have lost their records to retention; a clock that once stood at 1970 must not bring them back.
        const oldest = addDays(today, -deps.recordDays);
        for (const day of await openDays(store, oldest, today, deps.zone())) await coverage.close(day);
      },
    },
    { name: 'keep-prediction', when: { daily: '00:30' }, run: deps.keepPrediction },
    { name: 'backup', when: { daily: '02:00' }, run: deps.backup },
    {
      name: 'retention',
      when: { daily: '03:30' },
      async run(now) {
        await store
          .deleteFrom('records')
          .where('due_at', '<', now - deps.recordDays * dayMs)
          .where('kind', '=', 'play')
          .execute();
        await store
          .deleteFrom('rejects')
          .where('at', '<', now - deps.rejectDays * dayMs)
          .execute();
      },
    },
  ];
}

/** Days before today, the oldest first, since devices have something to play, that nobody has closed. */
async function openDays(store: Store, oldest: string, today: string, zone: string): Promise<string[]> {
  const first = await store
    .selectFrom('assignments')
    .select(({ fn }) => fn.min('effective_from').as('at'))
    .executeTakeFirst();
  if (!first?.at) return [];
  const closed = new Set((await store.selectFrom('days').select('day').execute()).map((row) => row.day));
  const days: string[] = [];
  const begins = dayOf(Number(first.at), zone);
  for (let day = begins < oldest ? oldest : begins; day < today; day = addDays(day, 1))
    if (!closed.has(day)) days.push(day);
  return days;
}
