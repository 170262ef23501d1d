import type { Kysely } from 'kysely';

/** Whose an approver's key is. A key belongs to one account; an account may have had several. */
export interface ApproverKeyTable {
  kid: string;
  account: string;
  linked_at: number;
}

/** A stop order that too few have signed so far. */
export interface PendingStopTable {
  payload_sha256: string;
  version: number;
  /** The exact bytes that are signed, as text. */
  payload: string;
  expires_at: number;
}

/** How far a release has come that is handed out in waves. */
export interface RolloutTable {
  release: string;
  campaign: string;
  variant: string;
  revision: number;
  /** JSON: releases that it takes the place of, which stand where it has not come yet. */
  replaces: string;
  /** JSON: places by wave, and when each wave was reached. */
  waves: string;
  state: string;
  reason: string | null;
  /** The candidate that brings the release before back, once it was rolled back. */
  restored: string | null;
  begun_at: number;
  changed_at: number;
}

export async function makeRolloutTables({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('approver_keys')
    .addColumn('kid', 'text', (column) => column.primaryKey())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('linked_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('pending_stops')
    .addColumn('payload_sha256', 'text', (column) => column.primaryKey())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('rollouts')
    .addColumn('release', 'text', (column) => column.primaryKey())
    .addColumn('campaign', 'text', (column) => column.notNull())
    .addColumn('variant', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('replaces', 'text', (column) => column.notNull())
    .addColumn('waves', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('restored', 'text')
    .addColumn('begun_at', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute();
}
