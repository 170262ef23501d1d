import type { RouteRecordRaw } from 'vue-router';

export const scheduleRoutes: readonly RouteRecordRaw[] = [
  {
    path: '/schedule/:monday(\\d{4}-\\d{2}-\\d{2})?',
    name: 'schedule',
    component: () => import('./schedule-page.vue'),
    meta: { title: 'schedule.title', account: true },
  },
];
