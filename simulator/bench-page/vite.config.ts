import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** Where the bench (or the fixture) answers while the page is served by Vite itself. */
const bench = process.env.XIAOLABA_BENCH ?? 'http://127.0.0.1:4190';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': bench, '/audio': bench } },
});
