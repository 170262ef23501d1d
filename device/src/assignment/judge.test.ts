import type { Release } from '@xiaolaba/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeviceIdentity } from '../agent-types.js';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Trust } from '../trust/trust.js';
import type { Judged } from './candidate.js';
import { Judge } from './judge.js';
import type { AssignmentReports } from './reports.js';
import type { Revisions } from './revisions.js';

const sha256 = 'a'.repeat(64);
const identity = { place: 'site/a', profile: 'loudspeaker' } as DeviceIdentity;
const content = {
  campaign: 'c',
  revision: 1,
  items: [],
  audience: { places: ['site/a'], profiles: ['loudspeaker'] },
} as unknown as Release;

let opened: number;
let trust: { keys: unknown; expired: boolean; refuses?: string };
let files: Set<string>;
let outdated: boolean;
let judge: Judge;

beforeEach(() => {
  opened = 0;
  trust = { keys: 'first', expired: false };
  files = new Set([sha256]);
  outdated = false;
  judge = new Judge(
    identity,
    {
      get keys() {
        return trust.keys;
      },
      get expired() {
        return trust.expired;
      },
      openRelease() {
        opened++;
        if (trust.refuses) throw Object.assign(new Error(trust.refuses), { code: trust.refuses });
        return { content, signers: [] };
      },
    } as unknown as Trust,
    {
      has: (name: string) => files.has(name),
      read: async (name: string) => (files.has(name) ? new Uint8Array(1) : undefined),
    } as unknown as BlobCache,
    { isOutdated: () => outdated, highest: () => 2 } as unknown as Revisions,
    { partRefused() {} } as unknown as AssignmentReports,
  );
});

const judged = async (): Promise<'taken' | 'refused' | 'missing'> => {
  const into = { releases: new Map(), refused: new Set() } as unknown as Judged;
  await judge.judge(into, sha256);
  if (into.releases.has(sha256)) return 'taken';
  return into.refused.has(sha256) ? 'refused' : 'missing';
};

describe('a release that was found good', () => {
  it('is not opened again while the same keys count', async () => {
    expect([await judged(), await judged(), opened]).toEqual(['taken', 'taken', 1]);
  });

  it('is opened again under other keys, and refused where they do not approve it', async () => {
    await judged();
    trust = { keys: 'second', expired: false, refuses: 'approver-not-entitled' };
    expect([await judged(), opened]).toEqual(['refused', 2]);
    trust = { keys: 'first', expired: true, refuses: 'key-list-expired' };
    expect([await judged(), opened]).toEqual(['refused', 3]);
  });

  it('is refused all the same once a later revision was held, and missing once its file is', async () => {
    await judged();
    outdated = true;
    expect(await judged()).toBe('refused');
    files.clear();
    expect(await judged()).toBe('missing');
  });
});
