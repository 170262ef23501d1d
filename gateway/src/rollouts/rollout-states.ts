export const rolloutStates = ['running', 'paused', 'finished', 'rolled-back', 'superseded', 'withdrawn'] as const;
export type RolloutState = (typeof rolloutStates)[number];

/** Why it stands still. */
export const rolloutReasons = ['errors', 'by-hand'] as const;
export type RolloutReason = (typeof rolloutReasons)[number];
