import vue from '@vitejs/plugin-vue';
import { defaultClientConditions, defineConfig } from 'vite';

/** Where the gateway (or the fixture) answers while the page is served by Vite itself. */
const gateway = process.env.XIAOLABA_GATEWAY ?? 'http://127.0.0.1:4180';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [vue()],
  // The protocol as it is written, so that a page never signs by an older build of it.
  resolve: { conditions: ['@xiaolaba/source', ...defaultClientConditions] },
  define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': gateway, '/blobs': gateway } },
});
