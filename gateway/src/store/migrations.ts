import { type Kysely, type Migration, sql } from 'kysely';
import { makeAlertTables } from './alert-tables.js';
import { makeDeskTables } from './desk-tables.js';
import { makeRecordingTables } from './recording-tables.js';
import { makeRolloutTables } from './rollout-tables.js';

/** In order, by name; one that has run anywhere is never changed again. */
export const migrations: Record<string, Migration> = {
  '0001-first': {
    async up(database: Kysely<unknown>): Promise<void> {
      const { schema } = database;
      await schema
        .createTable('documents')
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('documents_key', ['kind', 'id'])
        .execute();
      await schema
        .createTable('devices')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('profile', 'text', (column) => column.notNull())
        .addColumn('place', 'text', (column) => column.notNull())
        .addColumn('sign', 'text')
        .addColumn('claim_hash', 'text')
        .addColumn('claim_expires_at', 'bigint')
        .addColumn('secret_hash', 'text')
        .addColumn('public_key', 'text')
        .addColumn('enrolled_at', 'bigint')
        .addColumn('revoked_at', 'bigint')
        .execute();
      await schema
        .createTable('campaigns')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('draft', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('problems', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('candidates')
        .addColumn('sha256', 'text', (column) => column.primaryKey())
        .addColumn('campaign', 'text', (column) => column.notNull())
        .addColumn('variant', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('payload', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('releases')
        .addColumn('sha256', 'text', (column) => column.primaryKey())
        .addColumn('payload_sha256', 'text', (column) => column.notNull())
        .addColumn('campaign', 'text', (column) => column.notNull())
        .addColumn('variant', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('payload', 'text', (column) => column.notNull())
        .addColumn('bytes', 'integer', (column) => column.notNull())
        .addColumn('approved_by', 'text', (column) => column.notNull())
        .addColumn('published_at', 'bigint', (column) => column.notNull())
        .addColumn('withdrawn_at', 'bigint')
        .execute();
      await schema
        .createTable('assignments')
        .addColumn('device', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('issued_at', 'bigint', (column) => column.notNull())
        .addColumn('effective_from', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('releases', 'text', (column) => column.notNull())
        .addColumn('envelope', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('assignments_key', ['device', 'version'])
        .execute();
      await schema
        .createTable('progress')
        .addColumn('device', 'text', (column) => column.primaryKey())
        .addColumn('assignment', 'integer', (column) => column.notNull())
        .addColumn('stage', 'text', (column) => column.notNull())
        .addColumn('done', 'integer', (column) => column.notNull())
        .addColumn('of', 'integer', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('records')
        .addColumn('device', 'text', (column) => column.notNull())
        .addColumn('boot', 'text', (column) => column.notNull())
        .addColumn('seq', 'integer', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('due_at', 'bigint', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('line', 'text', (column) => column.notNull())
        .addColumn('received_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('records_key', ['device', 'boot', 'seq'])
        .execute();
      await schema.createIndex('records_by_due').on('records').column('due_at').execute();
      await schema
        .createTable('chains')
        .addColumn('device', 'text', (column) => column.notNull())
        .addColumn('boot', 'text', (column) => column.notNull())
        .addColumn('up_to', 'integer', (column) => column.notNull())
        .addColumn('chain', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('chains_key', ['device', 'boot'])
        .execute();
      await sql`create table rejects (
        id integer primary key, device text not null, at bigint not null, topic text not null,
        code text not null, message text not null, bytes integer not null)`.execute(database);
      await schema
        .createTable('closed_slots')
        .addColumn('day', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('closed_slots_key', ['day', 'id'])
        .execute();
      await schema
        .createTable('days')
        .addColumn('day', 'text', (column) => column.primaryKey())
        .addColumn('closed_at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('jobs')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('last_run_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  '0002-facts': {
    async up(database: Kysely<unknown>): Promise<void> {
      // Every start reads what devices told of themselves: a few among millions of plays.
      await sql`create index records_of_facts on records (kind, at) where kind <> 'play'`.execute(database);
      await sql`create index releases_by_payload on releases (payload_sha256)`.execute(database);
    },
  },
  '0003-accounts': {
    async up(database: Kysely<unknown>): Promise<void> {
      const { schema } = database;
      await schema
        .createTable('accounts')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('login', 'text', (column) => column.notNull().unique())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('roles', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('password', 'text')
        .addColumn('totp', 'text')
        .addColumn('totp_step', 'bigint', (column) => column.notNull())
        .addColumn('totp_offered', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('recovery_codes')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('account', 'text', (column) => column.notNull())
        .execute();
      await schema
        .createTable('sessions')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('id', 'text', (column) => column.notNull().unique())
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('seen_at', 'bigint', (column) => column.notNull())
        .addColumn('confirmed_at', 'bigint', (column) => column.notNull())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('agent', 'text', (column) => column.notNull())
        .execute();
      await schema.createIndex('sessions_by_account').on('sessions').column('account').execute();
      await schema
        .createTable('links')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('account', 'text')
        .addColumn('without_totp', 'integer', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('audit')
        .addColumn('seq', 'integer', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('who', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('object', 'text', (column) => column.notNull())
        .addColumn('details', 'text', (column) => column.notNull())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('agent', 'text', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('previous', 'text', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .execute();
      // Against slips of our own; who can write to the file is found out by the chain.
      for (const change of ['update', 'delete'])
        await sql`create trigger ${sql.raw(`audit_no_${change}`)} before ${sql.raw(change)} on audit
          begin select raise(abort, 'the audit log is append-only'); end`.execute(database);
    },
  },
  '0006-orders': {
    async up(database: Kysely<unknown>): Promise<void> {
      const { schema } = database;
      await schema
        .createTable('stop_orders')
        .addColumn('version', 'bigint', (column) => column.primaryKey())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('envelope', 'text', (column) => column.notNull())
        .addColumn('published_at', 'bigint', (column) => column.notNull())
        .addColumn('signed_by', 'text', (column) => column.notNull())
        .execute();
      await schema
        .createTable('stop_reports')
        .addColumn('device', 'text', (column) => column.primaryKey())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('boot', 'text', (column) => column.notNull())
        .addColumn('seq', 'integer', (column) => column.notNull())
        .execute();
      await schema
        .createTable('alerts')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('ended_at', 'bigint')
        .execute();
      await schema
        .createTable('predictions')
        .addColumn('day', 'text', (column) => column.primaryKey())
        .addColumn('made_at', 'bigint', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .execute();
    },
  },
  '0004-trust': {
    async up(database: Kysely<unknown>): Promise<void> {
      const { schema } = database;
      await schema
        .createTable('key_lists')
        .addColumn('version', 'integer', (column) => column.primaryKey())
        .addColumn('envelope', 'text', (column) => column.notNull())
        .addColumn('taken_at', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('approvals')
        .addColumn('payload_sha256', 'text', (column) => column.notNull())
        .addColumn('kid', 'text', (column) => column.notNull())
        .addColumn('envelope', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('approvals_key', ['payload_sha256', 'kid'])
        .execute();
      await schema
        .createTable('lapsed')
        .addColumn('sha256', 'text', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  '0005-desk': { up: makeDeskTables },
  '0007-alerts': { up: makeAlertTables },
  '0009-recordings': { up: makeRecordingTables },
  '0010-rollouts': { up: makeRolloutTables },
};
