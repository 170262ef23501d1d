export { Ingest } from './ingest.js';
export { RecordIntake, type TakenRecord } from './record-intake.js';
export { Rejects } from './rejects.js';
