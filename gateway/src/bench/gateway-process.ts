/** The whole gateway in a process of its own, with nothing switched off but the log. */
import { pino } from 'pino';
import { startGateway } from '../gateway.js';
import type { Gateway } from '../gateway-types.js';
import { checkSettings } from '../settings.js';
import { systemClock } from '../system-clock.js';
import { memoryUse } from './memory-use.js';
import type { ServerOrders } from './orders.js';
import { serve } from './processes.js';

let gateway: Gateway | undefined;

const orders: ServerOrders = {
  async start({ dataDirectory }) {
    const settings = checkSettings(
      dataDirectory,
      { http: { port: 0 }, mqtt: { host: '127.0.0.1', port: 0 }, log: 'silent' },
      'bench',
    );
    gateway = await startGateway(settings, { clock: systemClock, log: pino({ level: 'silent' }) });
    await gateway.settled();
    return { port: gateway.mqttPort };
  },
  taken: () => gateway?.counters().handled ?? 0,
  memory: memoryUse,
  async stop() {
    await gateway?.stop();
    gateway = undefined;
  },
};

serve(orders, async () => {
  await gateway?.stop();
});
