import type { RouteRecordRaw } from 'vue-router';
import LogInPage from './log-in-page.vue';

/** Logging in, and what somebody sees to for themselves. */
export const sessionRoutes: readonly RouteRecordRaw[] = [
  { path: '/login', name: 'log-in', component: LogInPage, meta: { title: 'session.logIn', beforeLogIn: true } },
];
