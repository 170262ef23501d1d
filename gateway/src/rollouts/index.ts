export { RolloutDriver } from './rollout-driver.js';
export { type RolloutPolicy, Rollouts, stagings } from './rollouts.js';
