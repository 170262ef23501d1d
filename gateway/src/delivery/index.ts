export { Assignments, type IssuedAssignment } from './assignments.js';
export { Chunks } from './chunks.js';
export * from './held-releases.js';
export { RouteBlobs } from './route-blobs.js';
