export { Approvals, type PartialApproval, type Signature } from './approvals.js';
export { ApproverKeys, accountsBehind, type KeyOwner } from './approver-keys.js';
export { KeyLists } from './key-lists.js';
