import type { RouteRecordRaw } from 'vue-router';

export const stopRoutes: readonly RouteRecordRaw[] = [
  {
    path: '/stop',
    name: 'stop',
    component: () => import('./stop-page.vue'),
    meta: { title: 'stop.title', account: true },
  },
];
