import type {
  DeviceView,
  PendingStopView,
  StopGiven,
  StopKept,
  StopOrderPlaces,
  StopOrderView,
} from '@xiaolaba/gateway/contract';
import type { StopOrder } from '@xiaolaba/protocol';
import { bytesOf, get, send } from '../api/client.js';
import type { StopScope } from './stop-scope.js';

/** Given, or kept until others have signed. */
export type Handed = StopGiven | StopKept;

export const stopApi = {
  orders: () => get<StopOrderView[]>('/api/stop-orders'),
  placesOf: (version: number) => get<StopOrderPlaces>(`/api/stop-orders/${version}`),
  devices: () => get<DeviceView[]>('/api/devices'),
  /** The very bytes that are signed. */
  candidate: (scope: StopScope, state: StopOrder['state'], reason: string) =>
    bytesOf('POST', '/api/stop-orders/candidates', { scope, state, reason }),
  give: (envelope: Uint8Array) => send<Handed>('POST', '/api/stop-orders', envelope),
  pending: () => get<PendingStopView[]>('/api/stop-orders/pending'),
  pendingBytes: (sha256: string) => bytesOf('GET', `/api/stop-orders/pending/${sha256}`),
  drop: (sha256: string) => send<undefined>('DELETE', `/api/stop-orders/pending/${sha256}`),
};
