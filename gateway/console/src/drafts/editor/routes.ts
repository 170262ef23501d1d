import type { RouteRecordRaw } from 'vue-router';

export const editorRoutes: readonly RouteRecordRaw[] = [
  {
    path: '/drafts/new',
    name: 'draft-new',
    component: () => import('./new-draft-page.vue'),
    meta: { title: 'editor.newTitle', account: true },
  },
  {
    path: '/drafts/:id/edit',
    name: 'draft-edit',
    component: () => import('./editor-page.vue'),
    meta: { title: 'editor.title', account: true },
  },
];
