import type { CheckId } from '../check-ids.js';
import type { Subject } from '../endpoint.js';
import type { Examiner } from '../examiner.js';
import type { Details, SkipCode } from '../verdict.js';

export interface Check {
  readonly id: CheckId;
  /** Why it can't be run on this device, if it can't. */
  skip?(subject: Subject): SkipCode | undefined;
  /** @throws CheckFailed, CheckSkipped */
  run(examiner: Examiner): Promise<Details>;
}
