import type { ApproverKeyView } from '@xiaolaba/gateway/contract';
import { get, send } from '../api/client.js';

/** Whose the approvers' keys are. */
export const keysApi = {
  all: () => get<ApproverKeyView[]>('/api/approver-keys'),
  claim: (kid: string, signature: string) => send<undefined>('POST', `/api/approver-keys/${kid}/claim`, { signature }),
  assign: (kid: string, account: string) => send<undefined>('PUT', `/api/approver-keys/${kid}`, { account }),
};
