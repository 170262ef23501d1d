import type { Foretold } from './foretold.js';

/** How near a prediction is to be, points of a hundred. */
export const nearPoints = 2;

/** Of the errors of many days, predicted less actual, in points of a hundred. */
interface Errors {
  /** With their signs: what is left when chance evens out. */
  readonly mean: number;
  readonly meanSize: number;
  readonly largest: number;
  readonly within: number;
  readonly of: number;
}

export interface ForetoldErrors {
  readonly slots: Errors;
  readonly places: Errors;
  /**
   * Whether the predictions held. Slots are thousands, so that every day of its own has to come out near. Places are
   * hundreds, and where tomorrow's troubles strike nobody can know: there it is the mean that has to.
   */
  readonly near: boolean;
}

/** Sums up how well days came out as they had been foretold; without any, nothing held. */
export function errorsOf(runs: readonly Pick<Foretold, 'slots' | 'places'>[]): ForetoldErrors {
  const slots = errorsIn(runs.map((run) => run.slots.error));
  const places = errorsIn(runs.map((run) => run.places.error));
  const near = runs.length > 0 && slots.within === slots.of && Math.abs(places.mean) <= nearPoints;
  return { slots, places, near };
}

function errorsIn(errors: readonly number[]): Errors {
  const of = errors.length;
  const sizes = errors.map(Math.abs);
  const meanOf = (values: readonly number[]): number =>
    Math.round((values.reduce((sum, value) => sum + value, 0) / Math.max(1, of)) * 100) / 100;
  return {
    mean: meanOf(errors),
    meanSize: meanOf(sizes),
    largest: Math.max(0, ...sizes),
    within: sizes.filter((size) => size <= nearPoints).length,
    of,
  };
}
