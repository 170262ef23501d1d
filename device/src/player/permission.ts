import { dayOf, overlaps, quietSpans, type SitePolicy } from '@xiaolaba/protocol';
import type { LocalLimits } from '../agent-types.js';

/** What the place allows, by the assignment and by its owner: the stricter of the two. */
export interface Permission {
  /** Per cent; 0 where sound is not allowed at all. */
  volume(wanted: number): number;
  /** Whether quiet hours touch a span of sound. */
  quiet(from: number, to: number): boolean;
}

export function permissionOf(policy: SitePolicy, limits: LocalLimits): Permission {
  const hours = [policy.quietHours, limits.quietHours ?? null];
  return {
    volume: (wanted) => Math.min(wanted, policy.volumeCap, limits.volumeCap ?? 100),
    quiet: (from, to) => {
      const day = dayOf(from, policy.zone);
      const span = { from, to: Math.max(to, from + 1) };
      return hours.some((quiet) =>
        [...quietSpans(quiet, day, policy.zone), ...quietSpans(quiet, dayOf(to, policy.zone), policy.zone)].some(
          (hour) => overlaps(span, hour),
        ),
      );
    },
  };
}
