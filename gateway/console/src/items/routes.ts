import type { RouteRecordRaw } from 'vue-router';

export const itemRoutes: readonly RouteRecordRaw[] = [
  {
    path: '/items',
    name: 'items',
    component: () => import('./items-page.vue'),
    meta: { title: 'items.title', account: true },
  },
];
