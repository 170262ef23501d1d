import type { StopOrderView } from '../api/order-contract.js';
import type { DistrictModel } from '../campaigns/index.js';
import type { LiveFleet, RegisteredDevice } from '../registry/index.js';
import type { StandingOrder, StopOrders } from './stop-orders.js';

/** So many of those that have not obeyed are named. */
const maxOpen = 200;

export interface StopViewDeps {
  readonly stopOrders: StopOrders;
  readonly live: LiveFleet;
  readonly devices: Iterable<RegisteredDevice>;
  readonly model: DistrictModel | undefined;
  /** Of whoever has a key. */
  readonly nameOf: (kid: string) => string;
}

type Obedience = 'obeyed' | 'silent' | 'playing' | 'waiting';

/**
 * Whether a device has obeyed: `obeyed` says its journal, `silent` a beat since then with nothing on, `playing` one
 * with something on, `waiting` nothing yet.
 */
function obedience(standing: StandingOrder, device: string, { stopOrders, live }: StopViewDeps): Obedience {
  const { state } = standing.order;
  if ((stopOrders.reportOf(device)?.state ?? 'lifted') === state) return 'obeyed';
  const { lastHeardAt, playing } = live.get(device);
  if (state === 'lifted' || lastHeardAt === undefined || lastHeardAt <= standing.publishedAt) return 'waiting';
  return playing.length > 0 ? 'playing' : 'silent';
}

/** Every order with who has obeyed it. A device counts for the order that holds where it is, and for no earlier one. */
export function stopOrderViews(deps: StopViewDeps): StopOrderView[] {
  const byOrder = new Map<StandingOrder, RegisteredDevice[]>();
  for (const device of deps.devices) {
    const standing = device.enrolled && !device.revoked ? deps.stopOrders.at(device.place) : undefined;
    if (standing) byOrder.set(standing, [...(byOrder.get(standing) ?? []), device]);
  }
  return deps.stopOrders.all().map((standing) => {
    const { order, publishedAt, signedBy, places } = standing;
    const devices = byOrder.get(standing) ?? [];
    const counts = { obeyed: 0, silent: 0, playing: 0, waiting: 0 };
    const open: StopOrderView['open'] = [];
    for (const { id, place } of devices) {
      const status = obedience(standing, id, deps);
      counts[status]++;
      if (status !== 'obeyed' && open.length < maxOpen) open.push({ device: id, place, status });
    }
    const { version, state, reason, issuedAt } = order;
    return {
      version,
      state,
      reason,
      issuedAt,
      publishedAt,
      signedBy: [...signedBy],
      signers: signedBy.map(deps.nameOf),
      everywhere: places === undefined,
      places: places?.size ?? deps.model?.places.size ?? 0,
      devices: { inScope: devices.length, ...counts },
      open,
    };
  });
}
