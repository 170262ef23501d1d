import type { NamedRelease } from '@xiaolaba/protocol';
import type { KeyPair } from '@xiaolaba/protocol/node';
import type { Broker } from '../broker/index.js';
import { Coverage } from '../coverage/index.js';
import { Assignments, RouteBlobs } from '../delivery/index.js';
import { RecordIntake } from '../ingest/index.js';
import { StopOrders } from '../orders/index.js';
import { Predictions } from '../predict/index.js';
import type { Desk } from './desk.js';
import type { Ground } from './ground.js';

/** How devices are reached, once the broker runs. */
export type ToDevices = Pick<Broker, 'publish' | 'clearRetained'>;

/** What devices are to hold and to play, and what became of it. */
export interface Air {
  readonly assignments: Assignments;
  readonly coverage: Coverage;
  readonly stopOrders: StopOrders;
  readonly predictions: Predictions;
  readonly intake: RecordIntake;
}

export async function openAir(
  ground: Ground,
  { keyLists, campaigns, content }: Desk,
  { signer }: KeyPair,
  toDevices: ToDevices,
): Promise<Air> {
  const { now, log, work, store, blobs, registry, live } = ground;
  const model = () => content.model();
  const devices = () => registry.all();
  const release = (sha256: string): NamedRelease | undefined => campaigns.release(sha256);
  const assignments = await Assignments.open({
    store,
    signer,
    routes: new RouteBlobs(blobs),
    now,
    release,
    publish: (device, envelope) => work.run('assignment', () => toDevices.publish(device, 'assignment', envelope)),
  });
  const coverage = await Coverage.open({
    store,
    live,
    device: (id) => registry.get(id),
    devices,
    model,
    history: (device) => assignments.history(device),
    release,
    now,
    log,
  });
  const stopOrders = await StopOrders.open({
    store,
    trusted: () => keyLists.trusted(),
    devices,
    now,
    publish: (device, envelope) => toDevices.publish(device, 'stop', envelope),
    forget: (device) => toDevices.clearRetained(device, 'stop'),
    run: (name, doing) => work.run(name, doing),
    log,
  });
  const predictions = new Predictions({
    store,
    coverage,
    registry,
    live,
    campaigns,
    assignments,
    stopOrders,
    model,
    now,
  });
  const intake = await RecordIntake.open(store, now, (records) => {
    coverage.taken(records);
    stopOrders.taken(records);
  });
  return { assignments, coverage, stopOrders, predictions, intake };
}
