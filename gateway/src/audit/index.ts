export { Audit } from './audit.js';
export { AuditHead } from './head.js';
export { verifyAudit } from './verify.js';
