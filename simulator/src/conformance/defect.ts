import type { CheckId } from './check-ids.js';
import type { EndpointHooks, SimulatedEndpoint } from './endpoint.js';

/** Something that an endpoint does wrong, brought about around our own code and never in it. */
export interface Defect extends EndpointHooks {
  readonly name: string;
  /** The one check that has to find it. */
  readonly foundBy: CheckId;
  /** A profile on which it shows. */
  readonly profile: SimulatedEndpoint['profile'];
}
