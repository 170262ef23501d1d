export type * from './schema.js';
export { openSqlite, type Store } from './sqlite.js';
