export { type LiveDevice, LiveFleet } from './live.js';
export { type RegisteredDevice, Registry } from './registry.js';
