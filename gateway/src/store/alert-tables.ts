import type { Kysely } from 'kysely';

/** CAP messages that came in, each once; what never goes on air is kept all the same. */
export interface CapMessageTable {
  sender: string;
  identifier: string;
  sent: number;
  status: string;
  msg_type: string;
  /** As it came. */
  xml: string;
  outcome: string;
  /** Why it was kept only. */
  why: string | null;
  /** The alert that it made or ended. */
  alert: string | null;
  received_at: number;
}

export async function makeAlertTables(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('cap_messages')
    .addColumn('sender', 'text', (column) => column.notNull())
    .addColumn('identifier', 'text', (column) => column.notNull())
    .addColumn('sent', 'bigint', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('msg_type', 'text', (column) => column.notNull())
    .addColumn('xml', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('why', 'text')
    .addColumn('alert', 'text')
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('cap_messages_key', ['sender', 'identifier', 'sent'])
    .execute();
}
