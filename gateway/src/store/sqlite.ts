import { DatabaseSync } from '@photostructure/sqlite';
import { worldError } from '@xiaolaba/protocol';
import { Kysely, Migrator, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import { migrations } from './migrations.js';
import type { Schema } from './schema.js';

/** The store of one gateway. Nothing outside this folder knows which engine is beneath. */
export type Store = Kysely<Schema>;

type Database = InstanceType<typeof DatabaseSync>;
type Prepared = ReturnType<Database['prepare']>;

const sqliteBusyMs = 5000;

/** A statement that answers rows is told from one that does not by its first word; ours are all written by the query builder. */
const answersRows = (text: string): boolean =>
  /^\s*(select|with|pragma|explain|values)\b/i.test(text) || /\breturning\b/i.test(text);

function statementOf(prepared: Prepared, reader: boolean): SqliteStatement {
  return {
    reader,
    all: (parameters) => prepared.all(...(parameters as never[])),
    iterate: (parameters) => prepared.iterate(...(parameters as never[])) as IterableIterator<unknown>,
    run: (parameters) => prepared.run(...(parameters as never[])) as { changes: number; lastInsertRowid: number },
  };
}

/** Statements are few and used over and over: preparing costs more than running. */
const keptStatements = 200;
/** A long one, with hundreds of rows in it, seldom comes again and takes much room. */
const longStatement = 8000;

function adapt(database: Database): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(text) {
      const known = prepared.get(text);
      const statement = known ?? statementOf(database.prepare(text), answersRows(text));
      if (text.length > longStatement) return statement;
      // The map keeps the order of use.
      prepared.delete(text);
      prepared.set(text, statement);
      const [oldest] = prepared.keys();
      if (prepared.size > keptStatements && oldest !== undefined) prepared.delete(oldest);
      return statement;
    },
  };
}

/**
 * Opens (or makes) the database and brings it to the newest shape.
 * WAL with full sync: what a transaction has committed survives a power cut.
 * @throws XiaolabaError `store-unusable`
 */
export async function openSqlite(path: string): Promise<Store> {
  let database: Database;
  try {
    database = new DatabaseSync(path);
    database.exec(
      `pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = ${sqliteBusyMs};`,
    );
  } catch (cause) {
    throw worldError('store-unusable', `cannot open the database ${path}`, { path }, cause);
  }
  const store = new Kysely<Schema>({ dialect: new SqliteDialect({ database: adapt(database) }) });
  const migrator = new Migrator({ db: store, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await store.destroy();
    throw worldError('store-unusable', `cannot migrate the database ${path}`, { path }, error);
  }
  return store;
}
