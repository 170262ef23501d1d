export { Approvals, type PartialApproval } from './approvals.js';
export { KeyLists } from './key-lists.js';
