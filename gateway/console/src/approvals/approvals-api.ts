import type { ApprovalTaken, CampaignView, DraftSummary, DraftView, KeyListView } from '@xiaolaba/gateway/contract';
import { bytesOf, get, send } from '../api/client.js';

export const approvalsApi = {
  campaigns: () => get<CampaignView[]>('/api/campaigns'),
  drafts: () => get<DraftSummary[]>('/api/drafts'),
  keyLists: () => get<KeyListView[]>('/api/key-lists'),
  /** The very bytes that are signed. */
  candidate: (sha256: string) => bytesOf('GET', `/api/candidates/${sha256}`),
  /** The envelope of a release that is on air. */
  release: (sha256: string) => bytesOf('GET', `/blobs/${sha256}`),
  approve: (envelope: Uint8Array, staging: 'staged' | 'at-once') =>
    send<ApprovalTaken>('POST', `/api/releases?staging=${staging}`, envelope),
  reject: (draft: string, reason: string) =>
    send<DraftView>('POST', `/api/drafts/${encodeURIComponent(draft)}/reject`, { reason }),
};
