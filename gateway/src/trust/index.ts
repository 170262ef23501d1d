export { Approvals, type PartialApproval } from './approvals.js';
export { ApproverKeys, accountsBehind } from './approver-keys.js';
export { KeyLists } from './key-lists.js';
