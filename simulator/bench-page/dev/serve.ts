import { fileURLToPath } from 'node:url';
import { startBenchFixture } from './fixture-server.js';

/** `npx tsx dev/serve.ts`: the built page over a made-up bench. */
const fixture = await startBenchFixture({
  dist: fileURLToPath(new URL('../dist', import.meta.url)),
  port: Number(process.env.PORT ?? 4190),
});
process.stdout.write(`${fixture.url}\n`);
