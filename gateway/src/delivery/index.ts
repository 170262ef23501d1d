export { Assignments, type IssuedAssignment } from './assignments.js';
export { RouteBlobs } from './route-blobs.js';
