import type { RouteRecordRaw } from 'vue-router';
import AccountsPage from './accounts-page.vue';
import AuditPage from './audit-page.vue';

/** Who there is, and who did what. */
export const accountRoutes: readonly RouteRecordRaw[] = [
  { path: '/accounts', name: 'accounts', component: AccountsPage, meta: { title: 'accounts.title', account: true } },
  { path: '/audit', name: 'audit', component: AuditPage, meta: { title: 'audit.title', account: true } },
];
