/** The load generator: many devices on raw sockets, in a process of its own. */
import { readFile } from 'node:fs/promises';
import { type SignedBatch, signBatches } from './batches.js';
import { BeatLoad } from './beat-load.js';
import type { BenchDevice } from './bench-device.js';
import { MqttLink } from './mqtt-link.js';
import type { LoadOrders } from './orders.js';
import { serve } from './processes.js';
import { sendBatches } from './record-load.js';

/** Log-ins under way at once. */
const atOnce = 50;

let links: MqttLink[] = [];
let batches: SignedBatch[][] = [];

async function disconnect(): Promise<void> {
  await Promise.all(links.map((link) => link.close()));
  links = [];
}

const orders: LoadOrders = {
  async connect({ port, devices, from, count }) {
    const all = JSON.parse(await readFile(devices, 'utf8')) as BenchDevice[];
    const wanted = all.slice(from, from + count);
    for (let at = 0; at < wanted.length; at += atOnce) {
      links.push(...(await Promise.all(wanted.slice(at, at + atOnce).map((device) => MqttLink.open(port, device)))));
    }
  },
  disconnect,
  beats: ({ milliseconds }) => new BeatLoad(links, Date.now()).run(milliseconds),
  async prepare(order) {
    batches = [];
    for (const { device } of links) batches.push(await signBatches(device, order));
    return { bytes: batches[0]?.at(-1)?.envelope.length ?? 0 };
  },
  records: (order) => sendBatches(links, batches, order),
};

serve(orders, disconnect);
