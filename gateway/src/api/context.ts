import type { Logger } from 'pino';
import type { People } from '../accounts/index.js';
import type { Alerts } from '../alerts/index.js';
import type { Audit, Verdict } from '../audit/index.js';
import type { Broker } from '../broker/index.js';
import type { ContentService } from '../campaigns/content-service.js';
import type { Campaigns, PublishedRelease } from '../campaigns/index.js';
import type { Coverage } from '../coverage/index.js';
import type { Assignments } from '../delivery/index.js';
import type { Drafts } from '../desk/drafts.js';
import type { Ingest, Rejects } from '../ingest/index.js';
import type { Jobs } from '../jobs/index.js';
import type { BlobStore, Library } from '../library/index.js';
import type { StopOrders } from '../orders/index.js';
import type { Predictions } from '../predict/index.js';
import type { Recordings } from '../recordings/index.js';
import type { LiveFleet, Registry } from '../registry/index.js';
import type { RolloutDriver, RolloutPolicy, Rollouts } from '../rollouts/index.js';
import type { Store } from '../store/index.js';
import type { ApproverKeys, KeyLists } from '../trust/index.js';

/** What the routes answer from. */
export interface ApiContext {
  readonly now: () => number;
  readonly log: Logger;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly library: Library;
  readonly registry: Registry;
  readonly live: LiveFleet;
  readonly campaigns: Campaigns;
  readonly content: ContentService;
  readonly drafts: Drafts;
  readonly recordings: Recordings;
  readonly assignments: Assignments;
  readonly coverage: Coverage;
  readonly predictions: Predictions;
  readonly broker: Broker;
  readonly ingest: Ingest;
  readonly rejects: Rejects;
  readonly jobs: Jobs;
  readonly stopOrders: StopOrders;
  readonly alerts: Alerts;
  /** Voices the prepared texts of alerts in the background. */
  readonly prepareAlerts: () => void;
  readonly people: People;
  /** A one-time link has been used: the first one's file may go. */
  readonly linkUsed: () => Promise<void>;
  /** Who did what: a route that changes something writes it down with `audit.note`. */
  readonly audit: Audit;
  /** Whether the log still is what was written. */
  readonly verifyAudit: () => Promise<Verdict>;
  readonly keyLists: KeyLists;
  /** Whose accounts the approvers' keys are. */
  readonly approverKeys: ApproverKeys;
  readonly rollouts: Rollouts;
  readonly rolloutPolicy: RolloutPolicy;
  readonly rolloutDriver: RolloutDriver;
  /** Takes the next key list, tells devices of it, and withdraws what it no longer approves. */
  readonly takeKeyList: (envelope: Uint8Array) => Promise<PublishedRelease[]>;
  /** Brings all devices up to what stands. */
  readonly refresh: () => Promise<void>;
  /** The same for one device, with whatever others have come meanwhile; nobody waits for it. */
  readonly refreshSoon: (device: string) => void;
}
