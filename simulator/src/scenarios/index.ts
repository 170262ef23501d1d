import type { Scenario } from './scenario.js';
import { mixed, singleScenarios } from './single.js';

export type { Scenario, Scene } from './scenario.js';

/** All scenarios by the name that a command line gives. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map<string, Scenario>([
  ['none', () => []],
  ['mixed', mixed],
  ...Object.entries(singleScenarios),
]);
