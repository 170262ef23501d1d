import type { Store } from '../store/index.js';
import type { Slot } from './slot.js';

/** SQLite takes 32,766 values in one statement; a row has three. */
const rowsAtOnce = 1000;

/** Ledgers of days that are over, as they were written down. */
export class ClosedDays {
  constructor(private readonly store: Store) {}

  /** The newest first. */
  async all(): Promise<string[]> {
    const rows = await this.store.selectFrom('days').select('day').orderBy('day', 'desc').execute();
    return rows.map((row) => row.day);
  }

  async has(day: string): Promise<boolean> {
    const row = await this.store.selectFrom('days').select('day').where('day', '=', day).executeTakeFirst();
    return row !== undefined;
  }

  async slots(day: string): Promise<Slot[]> {
    const rows = await this.store.selectFrom('closed_slots').select('body').where('day', '=', day).execute();
    return rows.map((row) => JSON.parse(row.body) as Slot);
  }

  /** Writes a whole day down, in place of what was written of it before. */
  async write(day: string, closedAt: number, slots: readonly Slot[]): Promise<void> {
    await this.store.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('closed_slots').where('day', '=', day).execute();
      await put(transaction, day, slots);
      await transaction
        .insertInto('days')
        .values({ day, closed_at: closedAt })
        .onConflict((conflict) => conflict.column('day').doUpdateSet({ closed_at: closedAt }))
        .execute();
    });
  }

  /** Writes single slots of a closed day anew. */
  async mend(day: string, slots: readonly Slot[]): Promise<void> {
    await this.store.transaction().execute((transaction) => put(transaction, day, slots));
  }
}

async function put(transaction: Store, day: string, slots: readonly Slot[]): Promise<void> {
  for (let at = 0; at < slots.length; at += rowsAtOnce) {
    const rows = slots.slice(at, at + rowsAtOnce).map((slot) => ({ day, id: slot.id, body: JSON.stringify(slot) }));
    await transaction
      .insertInto('closed_slots')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['day', 'id']).doUpdateSet(({ ref }) => ({ body: ref('excluded.body') })),
      )
      .execute();
  }
}
