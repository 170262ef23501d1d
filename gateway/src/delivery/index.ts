export { Assignments, type IssuedAssignment } from './assignments.js';
export { Chunks } from './chunks.js';
export * from './held-releases.js';
export { RolloutDriver } from './rollout-driver.js';
export { type RolloutPolicy, Rollouts, stagings } from './rollouts.js';
export { RouteBlobs } from './route-blobs.js';
