/** The whole gateway in a process of its own, on the machine's own time. */
import { checkSettings, startGateway } from '@xiaolaba/gateway';
import { serve } from '@xiaolaba/gateway/processes';
import { pino } from 'pino';
import { cpuMs } from './cpu-ms.js';
import type { GatewayOrders } from './orders.js';

let gateway: Awaited<ReturnType<typeof startGateway>> | undefined;

const orders: GatewayOrders = {
  async start({ dataDirectory, settings }) {
    const clock = {
      now: () => Date.now(),
      after(milliseconds: number, call: () => void) {
        const timer = setTimeout(call, milliseconds);
        return () => clearTimeout(timer);
      },
    };
    const log = pino({ level: process.env.XIAOLABA_LOG ?? 'silent' }, pino.destination(2));
    gateway = await startGateway(checkSettings(dataDirectory, settings, 'measure-alert'), { clock, log });
    const { url, mqttPort, token } = gateway;
    return { url, mqttPort, token };
  },
  cpuMs,
  async settled() {
    await gateway?.settled();
  },
};

serve(orders, async () => {
  await gateway?.stop();
});
