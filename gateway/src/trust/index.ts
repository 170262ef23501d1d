export { Approvals, type PartialApproval } from './approvals.js';
export { type ChainedList, KeyLists } from './key-lists.js';
