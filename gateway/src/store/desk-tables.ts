import { type Kysely, sql } from 'kysely';

/** A campaign that the desk holds; one that only files have is not here. */
export interface DraftTable {
  id: string;
  version: number;
  /** The campaign as its file would have it, JSON. */
  body: string;
  state: string;
  /** Why it was rejected. */
  reason: string | null;
  /** Account, or `machine` for whoever held the token of this machine. */
  author: string;
  /** SHA-256 of the body on which files and desk last agreed. */
  base: string | null;
  updated_at: number;
}

export interface DraftVersionTable {
  id: string;
  version: number;
  body: string;
  author: string;
  at: number;
}

/** Recordings and films that were imported: a blob each. */
export interface MediaTable {
  kind: string;
  name: string;
  sha256: string;
  bytes: number;
}

export async function makeDeskTables(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('drafts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('base', 'text')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('draft_versions')
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('draft_versions_key', ['id', 'version'])
    .execute();
  await schema
    .createTable('media')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('media_key', ['kind', 'name'])
    .execute();
  // What was written at the desk stays in its history, whatever becomes of the draft.
  await sql`create trigger draft_versions_kept before update on draft_versions
    begin select raise(abort, 'a version of a draft is never changed'); end`.execute(database);
}
