import type { DeviceView, StopOrderView } from '@xiaolaba/gateway/contract';
import { decodeMessage, type StopOrder, stopLimits, stopOrderSchema } from '@xiaolaba/protocol';

export const scopeKinds = ['everywhere', 'townships', 'policeStations', 'kinds', 'places'] as const;
export type ScopeKind = (typeof scopeKinds)[number];

/** What a person has chosen on the page. */
export interface ScopeChoice {
  readonly by: ScopeKind;
  readonly ids: readonly string[];
}
/** As the gateway takes it. */
export type StopScope = 'everywhere' | Partial<Record<Exclude<ScopeKind, 'everywhere'>, readonly string[]>>;

/** Nothing where a choice is not complete: an order for nowhere in particular must not become one for everywhere. */
export function scopeOf({ by, ids }: ScopeChoice): StopScope | undefined {
  if (by === 'everywhere') return 'everywhere';
  return ids.length > 0 ? { [by]: ids } : undefined;
}

/** An order as it is about to be signed, read from its own bytes. */
export interface PreparedOrder {
  readonly payload: Uint8Array;
  readonly order: StopOrder;
}

/** @throws XiaolabaError `message-*` */
export const readPrepared = (payload: Uint8Array): PreparedOrder => ({
  payload,
  order: decodeMessage(stopOrderSchema, payload, stopLimits),
});

export interface Reach {
  readonly devices: number;
  readonly online: number;
}

/** Devices that an order is for. */
export function reachOf({ scope }: StopOrder, devices: readonly DeviceView[]): Reach {
  const places = scope === 'everywhere' ? undefined : new Set(scope);
  const meant = devices.filter(({ enrolled, place }) => enrolled && (places === undefined || places.has(place)));
  return { devices: meant.length, online: meant.filter(({ online }) => online).length };
}

export type OpenStatus = StopOrderView['open'][number]['status'] | 'offline';

/** Those that have not obeyed, the ones that still play first; who is not connected is told when they come back. */
export function openOnes({ open }: StopOrderView, devices: readonly DeviceView[]) {
  const online = new Map(devices.map((device) => [device.id, device.online]));
  const rank: readonly OpenStatus[] = ['playing', 'waiting', 'silent', 'offline'];
  return open
    .map(({ device, place, status }) => ({
      device,
      place,
      status: (online.get(device) === false ? 'offline' : status) as OpenStatus,
    }))
    .sort((a, b) => rank.indexOf(a.status) - rank.indexOf(b.status));
}
