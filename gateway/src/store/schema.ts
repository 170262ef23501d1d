import type { CapMessageTable } from './alert-tables.js';
import type { DraftTable, DraftVersionTable, MediaTable } from './desk-tables.js';
import type { RecordingTable } from './recording-tables.js';
import type { ApproverKeyTable, PendingStopTable, RolloutTable } from './rollout-tables.js';

export type { DraftTable } from './desk-tables.js';
export type { RolloutTable } from './rollout-tables.js';

/** Tables. Booleans are 0/1, instants are milliseconds, documents are JSON text: what SQLite and PostgreSQL both have. */
export interface DocumentTable {
  kind: string;
  id: string;
  body: string;
}

export interface DeviceTable {
  id: string;
  profile: string;
  place: string;
  sign: string | null;
  claim_hash: string | null;
  claim_expires_at: number | null;
  secret_hash: string | null;
  public_key: string | null;
  enrolled_at: number | null;
  revoked_at: number | null;
}

export interface CampaignTable {
  id: string;
  draft: string;
  state: string;
  revision: number;
  problems: string;
  updated_at: number;
}

export interface CandidateTable {
  sha256: string;
  campaign: string;
  variant: string;
  revision: number;
  payload: string;
  created_at: number;
}

export interface ReleaseTable {
  /** Of the envelope: its name everywhere. */
  sha256: string;
  payload_sha256: string;
  campaign: string;
  variant: string;
  revision: number;
  payload: string;
  bytes: number;
  approved_by: string;
  published_at: number;
  withdrawn_at: number | null;
}

export interface AssignmentTable {
  device: string;
  version: number;
  issued_at: number;
  effective_from: number;
  expires_at: number;
  /** What it assigns, without version and times: equal digests need no new assignment. */
  digest: string;
  releases: string;
  envelope: string;
}

export interface ProgressTable {
  device: string;
  assignment: number;
  stage: string;
  done: number;
  of: number;
  reason: string | null;
  at: number;
}

export interface RecordTable {
  device: string;
  boot: string;
  seq: number;
  at: number;
  /** The instant by which a play belongs to a day: when it was due. */
  due_at: number;
  kind: string;
  line: string;
  received_at: number;
}

export interface ChainTable {
  device: string;
  boot: string;
  up_to: number;
  chain: string;
}

export interface RejectTable {
  id?: number;
  device: string;
  at: number;
  topic: string;
  code: string;
  message: string;
  bytes: number;
}

export interface ClosedSlotTable {
  day: string;
  id: string;
  body: string;
}

export interface DayTable {
  day: string;
  closed_at: number;
}

export interface JobTable {
  name: string;
  last_run_at: number;
}

export interface AccountTable {
  id: string;
  login: string;
  name: string;
  /** A JSON list. */
  roles: string;
  state: string;
  /** argon2id, with its parameters; null until a one-time link has been used. */
  password: string | null;
  /** Secret of the codes, base32; null where logging in asks for none. */
  totp: string | null;
  /** The last 30-second step whose code was taken: no code is taken twice. */
  totp_step: number;
  /** A secret that no code has confirmed yet. */
  totp_offered: string | null;
  created_at: number;
}

export interface RecoveryCodeTable {
  hash: string;
  account: string;
}

export interface SessionTable {
  /** Of the cookie's value. */
  hash: string;
  id: string;
  account: string;
  created_at: number;
  seen_at: number;
  confirmed_at: number;
  address: string;
  agent: string;
}

export interface LinkTable {
  hash: string;
  /** Null for the link that makes the first administrator. */
  account: string | null;
  without_totp: number;
  expires_at: number;
}

export interface AuditTable {
  seq: number;
  at: number;
  who: string;
  action: string;
  object: string;
  details: string;
  address: string;
  agent: string;
  /** `done`, or the code of what went wrong. */
  outcome: string;
  /** Hash of the entry before. */
  previous: string;
  hash: string;
}

export interface StopOrderTable {
  version: number;
  /** The order as it was signed, read. */
  body: string;
  envelope: string;
  published_at: number;
  signed_by: string;
}

/** What each device last wrote down of stop orders. */
export interface StopReportTable {
  device: string;
  state: string;
  at: number;
  boot: string;
  seq: number;
}

export interface AlertTable {
  id: string;
  body: string;
  created_at: number;
  ended_at: number | null;
}

/** Predicted coverage, as it stood when the day began. */
export interface PredictionTable {
  day: string;
  made_at: number;
  body: string;
}

export interface KeyListTable {
  version: number;
  /** base64. */
  envelope: string;
  taken_at: number;
}

export interface ApprovalTable {
  payload_sha256: string;
  kid: string;
  /** base64. */
  envelope: string;
  at: number;
}

/** Releases that a key list took off the air. */
export interface LapsedTable {
  sha256: string;
  at: number;
}

export interface Schema {
  documents: DocumentTable;
  devices: DeviceTable;
  campaigns: CampaignTable;
  candidates: CandidateTable;
  releases: ReleaseTable;
  assignments: AssignmentTable;
  progress: ProgressTable;
  records: RecordTable;
  chains: ChainTable;
  rejects: RejectTable;
  closed_slots: ClosedSlotTable;
  days: DayTable;
  jobs: JobTable;
  drafts: DraftTable;
  draft_versions: DraftVersionTable;
  media: MediaTable;
  recordings: RecordingTable;
  key_lists: KeyListTable;
  approvals: ApprovalTable;
  lapsed: LapsedTable;
  stop_orders: StopOrderTable;
  stop_reports: StopReportTable;
  alerts: AlertTable;
  cap_messages: CapMessageTable;
  predictions: PredictionTable;
  accounts: AccountTable;
  recovery_codes: RecoveryCodeTable;
  sessions: SessionTable;
  links: LinkTable;
  audit: AuditTable;
  approver_keys: ApproverKeyTable;
  pending_stops: PendingStopTable;
  rollouts: RolloutTable;
}
