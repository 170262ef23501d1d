import type { DeviceView, StopGiven, StopOrderPlaces, StopOrderView } from '@xiaolaba/gateway/contract';
import type { StopOrder } from '@xiaolaba/protocol';
import { bytesOf, get, send } from '../api/client.js';
import type { StopScope } from './stop-scope.js';

export const stopApi = {
  orders: () => get<StopOrderView[]>('/api/stop-orders'),
  placesOf: (version: number) => get<StopOrderPlaces>(`/api/stop-orders/${version}`),
  devices: () => get<DeviceView[]>('/api/devices'),
  /** The very bytes that are signed. */
  candidate: (scope: StopScope, state: StopOrder['state'], reason: string) =>
    bytesOf('POST', '/api/stop-orders/candidates', { scope, state, reason }),
  give: (envelope: Uint8Array) => send<StopGiven>('POST', '/api/stop-orders', envelope),
};
