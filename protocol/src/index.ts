export * from './calendar/calendar.js';
export * from './errors.js';
export * from './ids.js';
export * from './topics.js';
