import { createRouter, createWebHistory } from 'vue-router';
import { accountRoutes } from './accounts/routes.js';
import { aheadRoutes } from './ahead/routes.js';
import { alertRoutes } from './alerts/routes.js';
import { approvalRoutes } from './approvals/routes.js';
import { bulletinRoutes } from './bulletins/routes.js';
import CoveragePage from './coverage/coverage-page.vue';
import { editorRoutes } from './drafts/editor/routes.js';
import { draftRoutes } from './drafts/routes.js';
import { itemRoutes } from './items/routes.js';
import { scheduleRoutes } from './schedule/routes.js';
import { sessionRoutes } from './session/routes.js';
import { stopRoutes } from './stop/routes.js';
import { todayRoutes } from './today/routes.js';

const day = '\\d{4}-\\d{2}-\\d{2}';

/** A place on a day has an address of its own, to be sent to a colleague. */
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    // Where the day begins depends on who comes in: the guard leads on.
    { path: '/', name: 'home', component: CoveragePage },
    ...todayRoutes,
    ...aheadRoutes,
    { path: `/coverage/:day(${day})?`, name: 'coverage', component: CoveragePage },
    { path: `/coverage/:day(${day})/:type(site|route|fleet)/:id`, name: 'place', component: CoveragePage },
    ...bulletinRoutes,
    ...editorRoutes,
    ...draftRoutes,
    ...itemRoutes,
    ...approvalRoutes,
    ...alertRoutes,
    ...scheduleRoutes,
    ...sessionRoutes,
    ...stopRoutes,
    ...accountRoutes,
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});
