import { callerError } from '@xiaolaba/protocol';
import { type DayLedger, DayTallies, type ViewContext } from '../coverage/index.js';
import type { RegisteredDevice } from '../registry/index.js';
import type { ApiContext } from './context.js';

/** What the coverage views are made from, as of now. @throws XiaolabaError `content-missing` */
export function viewContext(context: ApiContext): ViewContext {
  const model = context.content.model();
  if (!model) throw callerError('content-missing', 'no content has been imported');
  const byPlace = new Map<string, RegisteredDevice[]>();
  let known = 0;
  for (const device of context.registry.all()) {
    if (device.revoked) continue;
    known++;
    const there = byPlace.get(device.place);
    if (there) there.push(device);
    else byPlace.set(device.place, [device]);
  }
  return {
    model,
    live: context.live,
    devicesAt: (place) => byPlace.get(place) ?? [],
    deviceCount: () => known,
    now: context.now(),
  };
}

/** Tallies of a whole day, counted now. */
export function countDay(ledger: DayLedger, now: number): DayTallies {
  const tallies = new DayTallies(ledger);
  tallies.update(ledger.places(), now);
  return tallies;
}
