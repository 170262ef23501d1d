import type { Position } from '../ids.js';
import { distanceMetres } from './distance.js';

export interface Fence {
  readonly site: string;
  readonly position: Position;
  /** Metres; inside it one has arrived. */
  readonly radius: number;
}

/** One has left only this much farther out: a receiver that wavers at the edge doesn't arrive again and again. */
export const leaveFactor = 1.5;

export interface FenceState {
  readonly site?: string;
  readonly since?: number;
}

export type FenceEvent = { readonly kind: 'arrived' | 'left'; readonly site: string; readonly at: number };

/** The next state of "where am I", and what that step means. No fix (`undefined`) changes nothing. */
export function stepFence(
  state: FenceState,
  fences: readonly Fence[],
  position: Position | undefined,
  at: number,
): { readonly state: FenceState; readonly events: readonly FenceEvent[] } {
  if (!position?.every(Number.isFinite)) return { state, events: [] };
  const events: FenceEvent[] = [];
  const here = state.site === undefined ? undefined : fences.find((fence) => fence.site === state.site);
  let nearest: Fence | undefined;
  let nearestMetres = Number.POSITIVE_INFINITY;
  for (const fence of fences) {
    const metres = distanceMetres(fence.position, position);
    if (metres <= fence.radius && metres < nearestMetres) [nearest, nearestMetres] = [fence, metres];
  }
  if (here) {
    const metres = distanceMetres(here.position, position);
    // Stops may lie closer together than one's margin reaches: inside the next one, the margin of the last is over.
    const margin = nearest && nearest.site !== here.site ? 1 : leaveFactor;
    if (metres <= here.radius * margin) return { state, events };
  }
  if (state.site !== undefined) events.push({ kind: 'left', site: state.site, at });
  if (!nearest) return { state: {}, events };
  events.push({ kind: 'arrived', site: nearest.site, at });
  return { state: { site: nearest.site, since: at }, events };
}
