import type { RouteRecordRaw } from 'vue-router';

export const bulletinRoutes: readonly RouteRecordRaw[] = [
  {
    path: '/bulletins',
    name: 'bulletins',
    component: () => import('./bulletins-page.vue'),
    meta: { title: 'bulletins.title', account: true },
  },
];
