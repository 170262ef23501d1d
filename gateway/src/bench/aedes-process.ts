/** The peer: aedes as it comes, in a process of its own. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { memoryUse } from './memory-use.js';
import type { ServerOrders } from './orders.js';
import { serve } from './processes.js';

let broker: Aedes | undefined;
let server: Server | undefined;
let taken = 0;

async function stop(): Promise<void> {
  await new Promise<void>((resolve) => (broker ? broker.close(() => resolve()) : resolve()));
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  broker = undefined;
  server = undefined;
}

const orders: ServerOrders = {
  async start() {
    const started = await Aedes.createBroker();
    // Its own housekeeping messages have no client.
    started.on('publish', (_packet, client) => {
      if (client) taken++;
    });
    const listening = createServer(started.handle);
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    broker = started;
    server = listening;
    return { port: (listening.address() as AddressInfo).port };
  },
  taken: () => taken,
  memory: memoryUse,
  stop,
};

serve(orders, stop);
