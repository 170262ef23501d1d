import { stream } from '../world/random.js';
import type { Fault } from './faults.js';

/** Of the faults that an evening leaves behind, so many are mended by the next morning: a technician has only so many hands. */
const mendedByMorning = 0.6;
/** Nobody mends what the owner of a place wants; few change their mind overnight. */
const changedByMorning = 0.2;

/** Whether a fault lasts beyond its day. All others are over before the evening. */
export function lasts(fault: Fault): boolean {
  switch (fault.kind) {
    case 'power-cut':
    case 'amplifier-dead':
    case 'sign-dead':
      return fault.to === undefined;
    case 'owner-mute':
    case 'owner-quiet':
      return true;
    default:
      return false;
  }
}

/** Parts what stood in the evening into what the morning finds mended and what goes on. */
export function mendedOn(
  day: string,
  seed: number,
  standing: readonly Fault[],
): { readonly mended: readonly Fault[]; readonly left: readonly Fault[] } {
  const isMended = ({ device, kind }: Fault): boolean => {
    const share = kind === 'owner-mute' || kind === 'owner-quiet' ? changedByMorning : mendedByMorning;
    return stream(seed, 'mended', day, device, kind).chance(share);
  };
  return { mended: standing.filter(isMended), left: standing.filter((fault) => !isMended(fault)) };
}

/** What goes wrong on a later day is drawn anew; the day on which a world begins is drawn by its seed itself. */
export const seedOfDay = (seed: number, day: string): number => stream(seed, 'day', day).integer(0, 2 ** 31 - 1);
