import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type Bench,
  connectPacket,
  openBench,
  publishPacket,
  subscribePacket,
  until,
  willOf,
} from './testing/harness.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ limits: { connectMs: 500 } });
});
afterEach(() => bench.close());

/** Marsaglia's xorshift: the same hostile bytes in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

it('lives through packets with bytes changed, cut, doubled and made up', async () => {
  const pick = random(20_261_120);
  const honest = await bench.client('horn-2');
  const good = [
    connectPacket('horn-1', { will: willOf('horn-1'), clean: false }),
    publishPacket('xlb/1/horn-1/hello', 'hi', { qos: 1, messageId: 1 }),
    publishPacket('xlb/1/horn-1/beat', '{}'),
    publishPacket('xlb/1/horn-1/records', '{}', { qos: 2, messageId: 2 }),
    subscribePacket(['xlb/1/horn-1/#', 'xlb/1/horn-1/ack']),
    Buffer.from([0x62, 2, 0, 2]),
    Buffer.from([0xc0, 0]),
  ];
  for (let round = 0; round < 300; round++) {
    const client = await bench.raw();
    if (round % 3 > 0) client.send(connectPacket('horn-1'));
    const bytes = Buffer.concat(good);
    for (let change = pick(6); change >= 0; change--) bytes.writeUInt8(pick(256), pick(bytes.length));
    const cut = pick(4) === 0 ? pick(bytes.length) : bytes.length;
    const noise = pick(5) === 0 ? Array.from({ length: 64 }, () => pick(256)) : [];
    client.send(bytes.subarray(0, cut), Buffer.from(noise));
    const end = pick(4);
    if (end === 0) client.socket.end();
    if (end === 1) client.socket.resetAndDestroy();
    await new Promise((resolve) => setImmediate(resolve));
    if (round % 50 === 0) await honest.publishAsync('xlb/1/horn-2/hello', `${round}`, { qos: 1 });
  }
  await honest.publishAsync('xlb/1/horn-2/hello', 'end', { qos: 1 });
  const texts = bench.received.filter(({ device }) => device === 'horn-2').map(({ text }) => text);
  expect(texts).toEqual(['0', '50', '100', '150', '200', '250', 'end']);
  expect(bench.received.every(({ device }) => device === 'horn-1' || device === 'horn-2')).toBe(true);
  bench.broker.disconnect('horn-1', 'end of the test');
  await until(() => bench.broker.stats().pending === 0 && bench.broker.stats().connections === 1);
  expect(bench.broker.stats().handling).toBe(0);
});
