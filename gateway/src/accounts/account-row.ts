import type { AccountTable } from '../store/index.js';
import type { Account } from './actor.js';
import type { Role } from './roles.js';

/** An account without its secrets. */
export const accountOf = (row: AccountTable): Account => ({
  id: row.id,
  login: row.login,
  name: row.name,
  roles: JSON.parse(row.roles) as Role[],
  state: row.state === 'active' ? 'active' : 'disabled',
  ready: row.password !== null,
  totp: row.totp !== null,
  createdAt: row.created_at,
});
