import type { StopOrder } from '@xiaolaba/protocol';
import { type ScopeChoice, scopeKinds } from './stop-scope.js';

/** An order as it is asked for before anybody has signed anything. */
export interface Asked {
  readonly state: StopOrder['state'];
  readonly choice: ScopeChoice;
  readonly reason: string;
}

/** It stands in the fragment, which no server on the way is told: the reason may name somebody. */
export const hashOfAsked = ({ state, choice, reason }: Asked): string =>
  `#${new URLSearchParams([['state', state], ['by', choice.by], ...choice.ids.map((id) => ['id', id]), ['reason', reason]])}`;

/** Nothing where an address asks for no order, or not for a whole one. */
export function askedInHash(hash: string): Asked | undefined {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const by = scopeKinds.find((kind) => kind === said.get('by'));
  const state = (['stop', 'lifted'] as const).find((one) => one === said.get('state'));
  if (!by || !state) return undefined;
  const ids = by === 'everywhere' ? [] : [...new Set(said.getAll('id'))];
  return { state, choice: { by, ids }, reason: (said.get('reason') ?? '').slice(0, 200) };
}
