export { Audit, type AuditSource, type NoteOptions } from './audit.js';
export type { AuditDetails } from './entry.js';
export { AuditHead } from './head.js';
export { type Verdict, verifyAudit } from './verify.js';
