/** A part of the fleet in a process of its own, on the machine's own time. */
import { enrol, enrolRequest, identityFrom } from '@xiaolaba/device';
import { serve } from '@xiaolaba/gateway/processes';
import { errorText, fromBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, publicKeyFrom } from '@xiaolaba/protocol/node';
import { cpuMs } from './cpu-ms.js';
import { MeasuredDevice } from './measured-device.js';
import type { DevicesOrders } from './orders.js';

/** How many enrol and come on line at once. */
const lanes = 4;
const devices: MeasuredDevice[] = [];
const errors: string[] = [];

const orders: DevicesOrders = {
  async start({ devices: claimed, approver, addresses }) {
    const key = publicKeyFrom(fromBase64(approver) ?? new Uint8Array());
    const waiting = [...claimed];
    const work = async (): Promise<void> => {
      for (let one = waiting.shift(); one; one = waiting.shift()) {
        const keys = generateKeyPair();
        const answer = await enrol(
          (path, init) => fetch(new URL(path, addresses.http), init),
          enrolRequest(one.device, one.code, keys),
        );
        const identity = identityFrom(answer, one.profile, keys, [key]);
        const device = new MeasuredDevice(one, identity, addresses, (error) => {
          if (errors.length < 100) errors.push(errorText(error));
        });
        devices.push(device);
        await device.start();
      }
    };
    await Promise.all(Array.from({ length: lanes }, work));
  },
  holding: () => devices.filter(({ isHolding }) => isHolding).length,
  watch(watched) {
    for (const device of devices) device.watch(watched);
  },
  marks: () => devices.map(({ marks }) => marks),
  cpuMs,
  errors: () => errors,
};

serve(orders, async () => {
  for (const device of devices) device.cut();
});
