/** One device through its month, in simulated time and over a real broker; started with `--expose-gc`. */
import { FileStorage } from '../adapters/file-storage.js';
import { GatewayNetwork } from '../adapters/gateway-network.js';
import { createAgent } from '../agent.js';
import { readIdentity } from '../enrolment/identity-file.js';
import { openLog } from '../log/open-log.js';
import { profileTraits } from '../profiles/profiles.js';
import { TestWorld } from '../testing/test-world.js';
import type { MonthAnswer, MonthOrder, MonthRequest } from './month-messages.js';

const hour = 3_600_000;
const order = JSON.parse(process.argv[2] ?? '{}') as MonthOrder;
process.once('disconnect', () => process.exit(1));
process.on('SIGINT', () => {});

const counted = { received: 0, sent: 0 };
/** Lost with a link that went: they never arrive. */
const lost = { up: 0, down: 0 };
let online = true;
let plays = 0;
let done = (): void => {};
process.on('message', (answer: MonthAnswer) => {
  if (answer.kind === 'done') done();
  else Object.assign(counted, { received: answer.received, sent: answer.sent });
});
const ask = (request: MonthRequest): Promise<void> =>
  new Promise((resolve) => {
    done = resolve;
    process.send?.(request);
  });

const identity = await readIdentity(order.identity);
const world = new TestWorld(order.at);
const { log } = openLog({ data: order.data, logLevel: 'info' }, identity.device, {
  environment: {},
  stderr: process.stderr,
});
const agent = createAgent(
  {
    identity,
    firmware: 'month',
    limits: {},
    beatSeconds: order.beatSeconds,
    cacheBytes: profileTraits[identity.profile].cacheBytes,
    random: Math.random,
  },
  {
    clock: world,
    activity: world,
    storage: new FileStorage(order.data),
    network: new GatewayNetwork(order),
    peripherals: {
      sound: {
        play: async (sound, signal) => {
          const from = world.monotonic();
          plays++;
          await world.sleep(sound.durationMs - sound.fromMs, signal);
          return { playedMs: world.monotonic() - from, ended: signal.aborted ? 'aborted' : 'finished' };
        },
      },
      level: { heardAt: 50, read: () => 70 },
      close: async () => {},
    },
    log,
  },
);
world.conserved = () =>
  !online || (counted.received + lost.up >= agent.counters.sent && agent.counters.handled + lost.down >= counted.sent);

async function link(up: boolean): Promise<void> {
  if (up) {
    lost.up = agent.counters.sent - counted.received;
    lost.down = counted.sent - agent.counters.handled;
  }
  online = up;
  await ask({ kind: 'link', online: up });
  // The socket's end takes a moment to come through.
  await new Promise((resolve) => setTimeout(resolve, 20));
}

world.run('start', () => agent.start());
await world.settle();
for (let day = 1; day <= order.days; day++) {
  await ask({ kind: 'assign', version: day, at: world.now() });
  let rss = 0;
  for (let hours = 0; hours < 24; hours++) {
    // Four times a day the link is gone for an hour.
    if (hours % 6 === 3) await link(false);
    else if (!online) await link(true);
    await world.advance(hour);
    rss = Math.max(rss, process.memoryUsage().rss);
  }
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ask({ kind: 'day', use: { day, rss, heap: process.memoryUsage().heapUsed, plays } });
}
if (world.errors.length > 0) throw world.errors[0];
await ask({ kind: 'over' });
process.exit();
