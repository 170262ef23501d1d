export type { Fault } from './faults/faults.js';
export { type RehearsalOptions, type RehearsalResult, rehearse } from './rehearsal.js';
export { type Scenario, type Scene, scenarios } from './scenarios/index.js';
