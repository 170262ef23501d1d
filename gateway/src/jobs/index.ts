export { backup, restore, rotateBackups } from './backup.js';
export { Jobs } from './jobs.js';
export { nightlyJobs } from './nightly.js';
