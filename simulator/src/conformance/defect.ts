import type { DeviceIdentity, Network, Peripherals, Storage } from '@xiaolaba/device';
import type { EnrolRequest } from '@xiaolaba/protocol';
import type { HarnessGateway } from '../harness/harness-gateway.js';
import type { CheckId } from './check-ids.js';
import type { EndpointOptions, SimulatedEndpoint } from './endpoint.js';
import type { TapRules } from './mqtt-tap.js';

type FetchFrom = Network['fetch'];

/** Something that an endpoint does wrong, brought about around our own code and never in it. */
export interface Defect {
  readonly name: string;
  /** The one check that has to find it. */
  readonly foundBy: CheckId;
  /** A profile on which it shows. */
  readonly profile: SimulatedEndpoint['profile'];
  identity?(identity: DeviceIdentity, harness: HarnessGateway): DeviceIdentity;
  enrolled?(fetchFrom: FetchFrom, request: EnrolRequest): Promise<void>;
  beatSeconds?(usual: number): number;
  storage?(storage: Storage): Storage;
  peripherals?(parts: Peripherals, options: EndpointOptions): Peripherals;
  /** For each connection anew. */
  tap?(endpoint: SimulatedEndpoint, options: EndpointOptions): TapRules;
  fetch?(path: string, init: RequestInit | undefined, next: FetchFrom, harness: HarnessGateway): Promise<Response>;
  attach?(endpoint: SimulatedEndpoint, options: EndpointOptions): void;
}
