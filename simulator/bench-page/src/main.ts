import { createApp } from 'vue';
import App from './app.vue';
import { applyTheme } from './shell/console.js';
import { i18n } from './shell/i18n.js';
import '../../../gateway/console/src/shell/tokens.css';
import '../../../gateway/console/src/shell/base.css';
import './shell/bench.css';

applyTheme();
createApp(App).use(i18n).mount('#app');
