import { createApp } from 'vue';
import App from './app.vue';
import { router } from './router.js';
import { i18n } from './shell/i18n.js';
import { applyTheme } from './shell/theme.js';
import './shell/tokens.css';
import './shell/base.css';

applyTheme();
createApp(App).use(i18n).use(router).mount('#app');
