export { createAgent } from './agent.js';
export type * from './agent-types.js';
export type * from './ports/index.js';
export { missingParts, outputsOf, type ProfileTraits, profileTraits } from './profiles/profiles.js';
