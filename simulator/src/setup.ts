import { enrol, enrolRequest, identityFrom } from '@xiaolaba/device';
import {
  decodeMessage,
  type NamedRelease,
  releaseLimits,
  releaseSchema,
  sealEnvelope,
  worldError,
} from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair, sha256 } from '@xiaolaba/protocol/node';
import type { Fleet } from './fleet.js';
import type { GatewayApi } from './host/gateway-api.js';

interface CampaignState {
  readonly id: string;
  readonly state: string;
  readonly candidates: readonly { readonly sha256: string }[];
}

export interface SetupStep {
  readonly step: 'import' | 'render' | 'enrol' | 'approve';
  readonly done: number;
  readonly of: number;
}

export type SetupReport = (step: SetupStep) => void;

const watchEveryMs = 1000;

/** Hands the content over and waits until every voice is rendered. @throws XiaolabaError of the gateway */
export async function importContent(api: GatewayApi, directory: string, report: SetupReport): Promise<void> {
  report({ step: 'import', done: 0, of: 1 });
  let watching = true;
  const watch = async (): Promise<void> => {
    while (watching) {
      await new Promise((resolve) => setTimeout(resolve, watchEveryMs));
      const campaigns = await api.json<CampaignState[]>('/api/campaigns').catch(() => []);
      const ready = campaigns.filter(({ state }) => state !== 'rendering' && state !== 'draft').length;
      if (watching && campaigns.length > 0) report({ step: 'render', done: ready, of: campaigns.length });
    }
  };
  const watcher = watch();
  try {
    await api.post('/api/content', { directory });
  } finally {
    watching = false;
    await watcher;
  }
  report({ step: 'import', done: 1, of: 1 });
}

/** How many enrol at once. */
const lanes = 8;

/** Gives every device that has none its identity, with a claim code as a technician would get it. */
export async function enrolFleet(api: GatewayApi, fleet: Fleet, approver: KeyPair, report: SetupReport): Promise<void> {
  const claims = await api.post<{ device: string; code: string }[]>('/api/claims', {});
  let done = 0;
  const waiting = [...claims];
  const work = async (): Promise<void> => {
    for (let claim = waiting.shift(); claim; claim = waiting.shift()) {
      const twin = fleet.get(claim.device);
      const keys = generateKeyPair();
      const fetchLike = (path: string, init?: RequestInit): Promise<Response> => api.fetch(path, init);
      const answer = await enrol(fetchLike, enrolRequest(claim.device, claim.code, keys));
      twin.enrolled(identityFrom(answer, twin.entry.profile, keys, [approver.publicKey]));
      done++;
      if (done % 50 === 0 || done === claims.length) report({ step: 'enrol', done, of: claims.length });
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
}

/** Signs every candidate as the demo approver. @returns what is on air now, by the hash of its envelope */
export async function approveAll(api: GatewayApi, approver: KeyPair, report: SetupReport): Promise<NamedRelease[]> {
  const campaigns = await api.json<CampaignState[]>('/api/campaigns');
  const failed = campaigns.filter(({ state }) => state === 'failed').map(({ id }) => id);
  if (failed.length > 0) throw worldError('campaigns-failed', failed.join(', '), { campaigns: failed });
  const candidates = campaigns.flatMap((campaign) => campaign.candidates);
  const releases: NamedRelease[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const payload = await api.bytes(`/api/candidates/${candidate.sha256}`);
    const envelope = await sealEnvelope('release', payload, [approver.signer]);
    await api.post('/api/releases', envelope);
    releases.push({ sha256: sha256(envelope), release: decodeMessage(releaseSchema, payload, releaseLimits) });
    report({ step: 'approve', done: index + 1, of: candidates.length });
  }
  return releases;
}
