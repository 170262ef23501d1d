import { fileURLToPath } from 'node:url';
import { dayStart } from './day.js';
import { startFixture } from './fixture-server.js';

/** `npx tsx dev/serve.ts [speed] [HH:MM]`: the built page over a made-up day that runs `speed` times as fast. */
const speed = Number(process.argv[2] ?? 30);
const [hours = 6, minutes = 30] = (process.argv[3] ?? '06:30').split(':').map(Number);
const start = dayStart('2026-11-20') + (hours * 60 + minutes) * 60_000;
const fixture = await startFixture({
  dist: fileURLToPath(new URL('../dist', import.meta.url)),
  now: start,
  port: Number(process.env.PORT ?? 4180),
});
const began = Date.now();
setInterval(() => fixture.setNow(start + (Date.now() - began) * speed), 500);
process.stdout.write(`${fixture.url}\n`);
