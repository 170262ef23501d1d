import { watch } from 'vue';
import type { LocationQueryValue, Router } from 'vue-router';
import { landingOf } from '../today/landing.js';
import type { Session } from './use-session.js';

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's name in the catalogue. */
    title?: string;
    /** Whether the page is for whoever is not logged in. */
    beforeLogIn?: boolean;
    /** Whether the page is for an account even where reading asks for no log-in. */
    account?: boolean;
  }
}

const home = '/';
/** Where somebody wanted to go before they were asked to log in; never out of the console. */
export const wantedAddress = (to: LocationQueryValue | LocationQueryValue[] | undefined): string =>
  typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : home;

export const logInAddress = (wanted: string) => ({
  path: '/login',
  ...(wanted === home ? {} : { query: { to: wanted } }),
});

/** Shows the log-in page first where a page is not for everybody, and leads on to that page afterwards. */
export const guardPages = (router: Router, session: Session): void => {
  router.beforeEach(async (to) => {
    if (!session.ready.value) await session.refresh();
    if (to.meta.beforeLogIn) {
      // Who is in already has nothing to log in to; a one-time link may be for somebody else.
      return to.path === '/login' && session.account.value ? wantedAddress(to.query.to) : true;
    }
    const may = session.account.value || (session.mayRead.value && !to.meta.account);
    if (may) return to.path === home ? landingOf(session.account.value?.roles ?? []) : true;
    return logInAddress(to.fullPath);
  });
  // A session that has lapsed leaves a page that is not for everybody; at once, so that whoever logs out is led on.
  watch(
    session.account,
    (now) => {
      const { fullPath, meta } = router.currentRoute.value;
      if (!now && !meta.beforeLogIn && (meta.account || !session.mayRead.value))
        void router.push(logInAddress(fullPath));
    },
    { flush: 'sync' },
  );
};
