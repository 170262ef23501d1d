import type { RouteRecordRaw } from 'vue-router';

// What decodes and signs releases is loaded by those who do.
const component = () => import('./approvals-page.vue');
const meta = { title: 'approvals.title', account: true };

/** What waits for approval has an address each, to be sent to the approver. */
export const approvalRoutes: readonly RouteRecordRaw[] = [
  { path: '/approvals', name: 'approvals', component, meta },
  { path: '/approvals/:campaign', name: 'approval', component, meta },
];
