import { type NamedRelease, profileOutputs } from '@xiaolaba/protocol';
import type { DistrictModel } from '../campaigns/index.js';
import { type Expectations, type ExpectedDevice, expectAllArrivals, expectTimed } from '../coverage/expect.js';
import type { Slot } from '../coverage/index.js';
import { heldReleases } from '../delivery/index.js';
import type { RegisteredDevice } from '../registry/index.js';
import { localDay } from './preview.js';

export interface AsIf {
  readonly model: DistrictModel;
  readonly devices: readonly Pick<RegisteredDevice, 'id' | 'profile' | 'place'>[];
  readonly releases: readonly NamedRelease[];
}

/** Devices as if each had held these releases since before the day began. */
function holding({ model, devices, releases }: AsIf, day: string): ExpectedDevice[] {
  const { from, to } = localDay(day, model.zone);
  return devices.flatMap(({ id, profile, place }) => {
    const policy = model.places.get(place)?.policy;
    if (!policy) return [];
    const held = heldReleases(releases, place, profile, from).filter(({ release }) => release.validFrom < to);
    const issued = {
      device: id,
      version: 1,
      issuedAt: 0,
      effectiveFrom: 0,
      releases: held.map(({ sha256 }) => sha256),
      place,
      policy,
    };
    return [{ id, profile, outputs: profileOutputs[profile], history: [issued] }];
  });
}

const expectations = ({ model, releases }: AsIf): Expectations => {
  const named = new Map(releases.map((one) => [one.sha256, one]));
  return { model, release: (sha256) => named.get(sha256) };
};

/** What vehicles announce at stops, by the same function that the ledger expects by. */
export const arrivalsAsIf = (asIf: AsIf, day: string): Slot[] =>
  expectAllArrivals(holding(asIf, day), expectations(asIf), day);

/** Everything that the ledger would expect of a day, by the same functions. */
export function expectAsIf(asIf: AsIf, day: string): Slot[] {
  const devices = holding(asIf, day);
  const context = expectations(asIf);
  return [
    ...devices.flatMap((device) => expectTimed(device, context, day)),
    ...expectAllArrivals(devices, context, day),
  ];
}
