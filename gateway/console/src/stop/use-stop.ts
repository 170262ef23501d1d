import type { DeviceView, DistrictView, PendingStopView, StopOrderView } from '@xiaolaba/gateway/contract';
import { onBeforeUnmount, shallowRef } from 'vue';
import { api, type Trouble, troubleOf } from '../api/client.js';
import { stopApi } from './stop-api.js';

/** Orders are read so often: whoever has given one watches it being obeyed. */
const ordersMs = 2000;
/** The list of devices is long; who is connected changes slowly. */
const devicesEvery = 5;

/** @param mayPrepare whether the gateway tells this account what waits for signatures */
export const useStop = (mayPrepare: boolean) => {
  const orders = shallowRef<StopOrderView[]>();
  const pending = shallowRef<PendingStopView[]>([]);
  const devices = shallowRef<DeviceView[]>([]);
  const district = shallowRef<DistrictView>();
  const trouble = shallowRef<Trouble>();
  let turn = 0;
  let reading = false;

  const read = async () => {
    if (reading) return;
    reading = true;
    try {
      district.value ??= await api.district();
      if (turn++ % devicesEvery === 0) devices.value = await stopApi.devices();
      const [given, waiting] = await Promise.all([stopApi.orders(), mayPrepare ? stopApi.pending() : []]);
      orders.value = given;
      pending.value = waiting;
      trouble.value = undefined;
    } catch (error) {
      trouble.value = troubleOf(error);
    } finally {
      reading = false;
    }
  };
  const timer = setInterval(() => {
    if (!document.hidden) void read();
  }, ordersMs);
  onBeforeUnmount(() => clearInterval(timer));
  void read();
  return { orders, pending, devices, district, trouble, read };
};
