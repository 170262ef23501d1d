import type { RegisteredDevice } from '../registry/index.js';
import type { ApiContext } from './context.js';
import type { DeviceView } from './contract.js';

/** A device as a technician wants to see it. */
export function deviceView({ live, assignments }: ApiContext, device: RegisteredDevice): DeviceView {
  const { online, lastHeardAt, clock, clockOffsetMs, unreported, hello, faults, position } = live.get(device.id);
  const issued = assignments.current(device.id);
  const progress = assignments.progressOf(device.id);
  const given = {
    lastHeardAt,
    clock,
    clockOffsetMs,
    unreported,
    firmware: hello?.firmware,
    keyList: hello?.keyList,
    position: position && [position[0], position[1]],
  };
  return {
    id: device.id,
    profile: device.profile,
    place: device.place,
    online,
    enrolled: device.enrolled,
    faults: [...faults],
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<DeviceView>),
    ...(issued
      ? {
          assignment: {
            issued: issued.version,
            active: progress?.stage === 'active' ? progress.assignment : 0,
            stage: progress?.stage ?? 'issued',
            done: progress?.done ?? 0,
            of: progress?.of ?? 0,
            ...(progress?.reason ? { reason: progress.reason } : {}),
          },
        }
      : {}),
  };
}
