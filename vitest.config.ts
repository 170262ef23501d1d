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
    // Against what hangs; a machine with other work on it may well be slow.
    testTimeout: 90_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
