export { Audit } from './audit.js';
export { AuditHead } from './head.js';
export { type Verdict, verifyAudit } from './verify.js';
