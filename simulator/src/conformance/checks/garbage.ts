import { downTopics, encodeMessage } from '@xiaolaba/protocol';
import { CheckFailed } from '../verdict.js';
import type { Check } from './check.js';

const text = (words: string): Uint8Array => Buffer.from(words);

/** What no device must fall over. */
const rubbish: readonly Uint8Array[] = [
  text('not json'),
  text('{"v":1'),
  text('[]'),
  text('null'),
  text('"\\u0000"'),
  text(`${'['.repeat(40)}${']'.repeat(40)}`),
  Uint8Array.of(0xff, 0xfe, 0x00, 0x80),
  encodeMessage({ v: 2, kind: 'time', at: 1 }),
  encodeMessage({ v: 1, kind: 'reboot' }),
  encodeMessage({ v: 1, kind: 'identify', id: 'x', volume: 100 }),
  encodeMessage({ v: 1, kind: 'identify', id: 'x'.repeat(100_000) }),
  encodeMessage({ v: 1, boot: 'b000001-00000000', upTo: -1 }),
];

export const garbage: Check = {
  id: 'garbage',
  async run(x) {
    const { harness, subject } = x;
    await x.activate([]);
    const mark = x.mark();
    for (const topic of downTopics) {
      for (const payload of rubbish) await harness.send(subject.device, topic, payload);
    }
    await x.sleep(2_000);
    await x.activate([]).catch((error: unknown) => {
      throw error instanceof CheckFailed ? new CheckFailed('stuck', error.details) : error;
    });
    const since = x.events.slice(mark);
    const boots = new Set(x.events.flatMap((event) => (event.kind === 'hello' ? event.body.boot : [])));
    if (boots.size > 1) throw new CheckFailed('rebooted');
    if (since.some(({ kind }) => kind === 'disconnect')) throw new CheckFailed('disconnected');
    if (subject.simulated && subject.simulated.activity.thrown.length > 0) throw new CheckFailed('threw');
    return { messages: downTopics.length * rubbish.length };
  },
};
