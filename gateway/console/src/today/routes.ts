import type { RouteRecordRaw } from 'vue-router';

export const todayRoutes: readonly RouteRecordRaw[] = [
  { path: '/today', name: 'today', component: () => import('./today-page.vue'), meta: { title: 'today.title' } },
];
