export { createAgent } from './agent.js';
export type * from './agent-types.js';
export { enrol, enrolRequest, type FetchLike, identityFrom } from './enrolment/enrol.js';
export { type BoardDriver, type BoardWiring, openBoardDriver } from './peripherals/board/board.js';
export type * from './ports/index.js';
export { missingParts, type ProfileTraits, profileTraits } from './profiles/profiles.js';
