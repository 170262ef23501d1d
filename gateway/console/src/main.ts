import { createApp } from 'vue';
import { speakFor } from './api/client.js';
import App from './app.vue';
import { router } from './router.js';
import { guardPages, logInAddress } from './session/guard.js';
import { sessionApi } from './session/session-api.js';
import { createSession, sessionKey } from './session/use-session.js';
import { i18n } from './shell/i18n.js';
import { applyTheme } from './shell/theme.js';
import { forgetForms } from './shell/use-kept.js';
import './shell/tokens.css';
import './shell/base.css';
import './shell/form.css';

applyTheme();
const session = createSession(sessionApi, forgetForms);
speakFor({
  csrf: session.csrf,
  confirm: session.confirm,
  turnedAway() {
    session.lapse();
    const { fullPath, meta } = router.currentRoute.value;
    if (!meta.beforeLogIn) void router.push(logInAddress(fullPath));
  },
});
guardPages(router, session);
// A file dropped beside the place for it would take the page's place, and what was typed with it.
for (const event of ['dragover', 'drop'] as const)
  addEventListener(event, (dropped) => {
    const isOnField = dropped.target instanceof HTMLInputElement && dropped.target.type === 'file';
    if (dropped.dataTransfer?.types.includes('Files') && !isOnField) dropped.preventDefault();
  });
createApp(App).use(i18n).use(router).provide(sessionKey, session).mount('#app');
