export type { ApproverKey } from './approver-key.js';
export { generateApproverKey } from './generate.js';
export { decryptSeed, openWrappedKey, type WrappedKey, wrappedKeySchema, wrapSeed } from './wrapped-key.js';
