import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@xiaolaba/source'] },
  ssr: { resolve: { conditions: ['@xiaolaba/source'] } },
  test: {
    include: [
      '{protocol,gateway,device,simulator,cli}/src/**/*.test.ts',
      'gateway/console/src/**/*.test.ts',
      'simulator/bench-page/src/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
