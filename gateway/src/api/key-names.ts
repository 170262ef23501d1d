import type { ApiContext } from './context.js';

/** Names approvers by their keys: the account's where the key is linked to one, else the key list's. */
export async function keyNames({
  approverKeys,
  keyLists,
}: Pick<ApiContext, 'approverKeys' | 'keyLists'>): Promise<(kid: string) => string> {
  const owners = await approverKeys.owners();
  const lists = [keyLists.trusted(), ...keyLists.all().map(({ trusted }) => trusted)];
  // The newest list that names a key has the say.
  const listed = new Map(lists.reverse().flatMap(({ approvers }) => approvers.map(({ key, name }) => [key.kid, name])));
  return (kid) => owners.get(kid)?.name ?? listed.get(kid) ?? kid;
}
