export type { Alert } from './alert.js';
export { Alerts } from './alerts.js';
export { CapIn } from './cap-in.js';
export { capOf } from './cap-out.js';
export { deviceStates } from './device-states.js';
export { AlertRefused } from './freeze.js';
export { previewAlert } from './preview.js';
