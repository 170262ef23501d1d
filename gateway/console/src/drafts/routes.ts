import type { RouteRecordRaw } from 'vue-router';

/** One page for the list and for a draft: going from one to the other must not read the list again. */
export const draftRoutes: readonly RouteRecordRaw[] = [
  {
    path: '/drafts/:id?',
    name: 'drafts',
    component: () => import('./drafts-page.vue'),
    meta: { title: 'drafts.title', account: true },
  },
];
