import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compare } from '@xiaolaba/protocol/command-line';
import type { DeviceIdentity } from '../agent-types.js';
import { writeIdentity } from '../enrolment/identity-file.js';
import { nodeFlags } from '../install/node-flags.js';
import { every, morning, releaseOf, spoken } from '../testing/test-content.js';
import { TestGateway } from '../testing/test-gateway.js';
import { Child } from './child.js';
import type { MonthAnswer, MonthOrder, MonthRequest } from './month-messages.js';
import type { MeasureOptions, Progress } from './options.js';
import { residentBytes } from './process-use.js';
import type { DayUse, MonthResult } from './report.js';

/** Everything that is made once has been made by the end of this day. */
const settledDay = 5;
const day = 86_400_000;
const settleMs = 2_000;
/** From six to ten in the evening every 576 seconds: a hundred plays a day. */
const everySeconds = 576;

/**
 * A device's month with a hundred plays a day, a new assignment every day and a link that goes four times a day.
 * @throws XiaolabaError `measure-process-ended`
 */
export async function measureMonth(
  options: MeasureOptions,
  folder: string,
  signal: AbortSignal,
  progress: Progress,
): Promise<MonthResult> {
  const gateway = await TestGateway.start();
  const identity = gateway.identity();
  gateway.deviceKeys = identity.keys;
  await mkdir(folder, { recursive: true });
  await writeIdentity(join(folder, 'identity.json'), identity);
  const order: MonthOrder = {
    ...gateway.addresses,
    identity: join(folder, 'identity.json'),
    data: join(folder, 'data'),
    days: options.days,
    beatSeconds: options.beatSeconds,
    at: morning,
  };
  const peer = Child.start('mqtt-process', [gateway.addresses.mqtt]);
  // As the service runs it.
  const device = Child.start('month-process', [JSON.stringify(order)], ['--expose-gc', ...nodeFlags]);
  gateway.onCounted = () => device.send({ kind: 'counted', ...gateway.counters } satisfies MonthAnswer);
  const end = (): void => void device.process.kill('SIGKILL');
  signal.addEventListener('abort', end);
  try {
    await peer.message();
    await delay(settleMs);
    const peerRss = await residentBytes(peer.pid);
    const days = await attend(device, gateway, identity, (use) => progress('month', use.day, options.days));
    const settled = days[Math.min(settledDay, days.length) - 1]?.heap ?? Number.NaN;
    return {
      days,
      reported: gateway.plays.filter(({ result }) => result === 'completed').length,
      rss: compare([Math.max(...days.map(({ rss }) => rss))], [peerRss]),
      heap: compare([days.at(-1)?.heap ?? Number.NaN], [settled]),
    };
  } finally {
    signal.removeEventListener('abort', end);
    await device.end();
    await peer.end();
    await gateway.stop();
  }
}

/** Does what the device's process asks for until its month is over. */
async function attend(
  device: Child,
  gateway: TestGateway,
  identity: DeviceIdentity,
  dayOver: (use: DayUse) => void,
): Promise<DayUse[]> {
  const days: DayUse[] = [];
  for (;;) {
    const request = (await device.message()) as MonthRequest;
    if (request.kind === 'over') return days;
    if (request.kind === 'link') gateway.setOnline(request.online);
    else if (request.kind === 'assign') await assign(gateway, identity, request.version, request.at);
    else {
      days.push(request.use);
      dayOver(request.use);
      // What people only look at would fill this process instead of that one.
      gateway.beats.length = 0;
      gateway.batches.length = 0;
    }
    device.send({ kind: 'done' } satisfies MonthAnswer);
  }
}

async function assign(gateway: TestGateway, identity: DeviceIdentity, version: number, at: number): Promise<void> {
  const item = spoken(gateway, `digest-${version}`, 20, 120_000);
  const cue = every('hours', item.id, everySeconds, {
    timing: {
      kind: 'every',
      windows: [{ days: 'every-day', from: '06:00', to: '22:00' }],
      seconds: everySeconds,
    },
  });
  const release = await gateway.addRelease(releaseOf([item], [cue], { revision: version, validUntil: at + 60 * day }));
  await gateway.assign(gateway.assignment(identity, at, { version, releases: [release] }));
}
