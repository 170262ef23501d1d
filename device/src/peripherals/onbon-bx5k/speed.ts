/** Levels of the speed byte: 0 is the fastest, 24 the slowest. */
const levels = 25;
/** A dot's time at the fastest level. The protocol gives none: to be held against the card at hand. */
const fastestMs = 4;

/** Dots a second at each level; every level takes one fastest step longer for a dot. */
export const onbonSpeeds: readonly number[] = Array.from(
  { length: levels },
  (_, level) => 1000 / (fastestMs * (level + 1)),
);
