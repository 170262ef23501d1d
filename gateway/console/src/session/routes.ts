import type { RouteRecordRaw } from 'vue-router';
import LogInPage from './log-in-page.vue';
import OwnAccountPage from './own-account-page.vue';
import WelcomePage from './welcome-page.vue';

/** Logging in, and what somebody sees to for themselves. */
export const sessionRoutes: readonly RouteRecordRaw[] = [
  { path: '/login', name: 'log-in', component: LogInPage, meta: { title: 'session.logIn', beforeLogIn: true } },
  { path: '/welcome', name: 'welcome', component: WelcomePage, meta: { title: 'welcome.title', beforeLogIn: true } },
  { path: '/account', name: 'own-account', component: OwnAccountPage, meta: { title: 'session.own', account: true } },
];
