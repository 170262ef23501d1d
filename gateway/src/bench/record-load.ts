import { topicOf, worldError } from '@xiaolaba/protocol';
import { generate } from 'mqtt-packet';
import type { SignedBatch } from './batches.js';
import { type MqttLink, within } from './mqtt-link.js';
import type { RecordsOrder, RecordsSent } from './orders.js';

/** However slow the machine, a stretch ends after this, milliseconds. */
const longestMs = 120_000;

/**
 * Every device sends its batches one at a time, as real devices do: the next goes when the last is acknowledged.
 * Where fewer were signed than are asked for they go round again, which only a broker that does not read them bears.
 * @throws XiaolabaError `bench-stalled`, `bench-refused`
 */
export async function sendBatches(
  links: readonly MqttLink[],
  batches: readonly (readonly SignedBatch[])[],
  { batchesPerDevice, awaitHighWater }: RecordsOrder,
): Promise<RecordsSent> {
  const packets = links.map(({ device }, index) =>
    (batches[index] ?? []).map(({ envelope, last }) => ({
      last,
      bytes: generate({
        cmd: 'publish',
        topic: topicOf(device.id, 'records'),
        payload: Buffer.from(envelope),
        qos: 1,
        messageId: 1 + (last % 65_535),
        retain: false,
        dup: false,
      }),
    })),
  );
  let acknowledged = 0;
  const drive = (link: MqttLink, own: (typeof packets)[number]): Promise<void> =>
    new Promise((resolve, reject) => {
      let sent = 0;
      let highWater = 0;
      let due = 0;
      let confirmed = true;
      const next = () => {
        if (!confirmed || (awaitHighWater && highWater < due)) return;
        const packet = own[sent % own.length];
        if (sent === batchesPerDevice || !packet) {
          acknowledged += highWater;
          resolve();
          return;
        }
        sent++;
        confirmed = false;
        due = packet.last;
        link.write(packet.bytes);
      };
      link.onPuback = () => {
        confirmed = true;
        next();
      };
      link.onAck = ({ upTo }) => {
        highWater = Math.max(highWater, upTo);
        next();
      };
      link.onClosed = () => reject(worldError('bench-refused', `${link.device.id} was closed under load`));
      next();
    });
  const begun = performance.now();
  await within(Promise.all(links.map((link, index) => drive(link, packets[index] ?? []))), longestMs);
  return { milliseconds: performance.now() - begun, messages: links.length * batchesPerDevice, acknowledged };
}
