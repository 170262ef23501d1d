import type { RouteRecordRaw } from 'vue-router';

// What decodes and signs releases is loaded by those who need it.
const component = () => import('./alerts-page.vue');
const meta = { title: 'alerts.title', account: true };

/** An alert has an address, to be sent to whoever has to sign it. */
export const alertRoutes: readonly RouteRecordRaw[] = [
  { path: '/alerts', name: 'alerts', component, meta },
  { path: '/alerts/:id', name: 'alert', component, meta },
];
