import type { RouteRecordRaw } from 'vue-router';

/** What a place will play on a day has an address of its own; `?with` tries what waits for approval. */
export const aheadRoutes: readonly RouteRecordRaw[] = [
  {
    path: '/places/:type(site|route|fleet)/:id/days/:day(\\d{4}-\\d{2}-\\d{2})/ahead',
    name: 'ahead',
    component: () => import('./ahead-page.vue'),
    meta: { title: 'ahead.title' },
  },
];
