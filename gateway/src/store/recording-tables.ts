import type { Kysely } from 'kysely';

/** What is known of a recording or film beyond its bytes, which `media` names. */
export interface RecordingTable {
  kind: string;
  name: string;
  /** Of the bytes that this was found out of: another hash there makes it worthless. */
  sha256: string;
  title: string;
  /** Account, or `machine`; null where imported files brought it. */
  author: string | null;
  at: number;
  /** Figures and renditions, JSON; null until they are known. */
  body: string | null;
}

export async function makeRecordingTables(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('recordings')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('author', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('body', 'text')
    .addPrimaryKeyConstraint('recordings_key', ['kind', 'name'])
    .execute();
}
