export type * from './clock.js';
export type * from './network.js';
export type * from './peripherals.js';
export type * from './storage.js';
