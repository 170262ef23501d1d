import type { CampaignView, DraftSummary } from '@xiaolaba/gateway/contract';
import { describe, expect, it } from 'vitest';
import { landingOf } from './landing.js';
import { causesOf, coveredOf, points } from './sums.js';
import { workOf } from './work.js';

const draft = (id: string, state: DraftSummary['state'], author?: string, updatedAt = 0): DraftSummary => ({
  ...{ id, state, updatedAt, source: 'desk', version: 1, title: { zh: id, en: id } },
  valid: { from: '2026-11-20', to: '2026-11-30' },
  ...(author === undefined ? {} : { author }),
});
const candidate = (id: string) =>
  ({
    ...{ id, title: { zh: id, en: id }, state: 'candidate', revision: 1, releases: [], problems: [] },
    candidates: [{ sha256: id.padEnd(64, '0'), places: 1, people: 1, staged: false }],
  }) as CampaignView;
const drafts = [
  draft('mine-waiting', 'submitted', 'me'),
  draft('theirs-waiting', 'submitted', 'they'),
  draft('file-waiting', 'submitted'),
  draft('mine-back', 'rejected', 'me', 1),
  draft('mine-back-later', 'rejected', 'me', 2),
  draft('theirs-back', 'rejected', 'they'),
  draft('mine-open', 'draft', 'me'),
  draft('file-failed', 'failed'),
  draft('theirs-failed', 'failed', 'they'),
];
const campaigns = ['mine-waiting', 'theirs-waiting', 'file-waiting'].map(candidate);
const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

describe('what waits for somebody', () => {
  it('is for an editor what came back, what failed and what they have not handed in', () => {
    const work = workOf({ id: 'me', writes: true, approves: false }, drafts, campaigns);
    expect(work.approve).toEqual([]);
    expect(ids(work.rejected)).toEqual(['mine-back-later', 'mine-back']);
    expect(ids(work.failed)).toEqual(['file-failed']);
    expect(ids(work.open)).toEqual(['mine-open']);
    expect(work.handedIn.map(({ campaign }) => campaign.id)).toEqual(['mine-waiting']);
  });

  it('is for an approver what others wrote, and nothing of their own', () => {
    const work = workOf({ id: 'me', writes: false, approves: true }, drafts, campaigns);
    expect(work.approve.map(({ campaign }) => campaign.id).sort()).toEqual(['file-waiting', 'theirs-waiting']);
    expect([work.rejected, work.failed, work.open, work.handedIn].flat()).toEqual([]);
  });
});

describe('where a day begins', () => {
  it('is today for those who write or approve, the silent places for technicians, else the map', () => {
    expect(landingOf(['editor'])).toBe('/today');
    expect(landingOf(['officer', 'approver'])).toBe('/today');
    expect(landingOf(['technician'])).toBe('/coverage?show=silent');
    expect(landingOf(['technician', 'officer'])).toBe('/coverage');
    expect(landingOf(['administrator'])).toBe('/coverage');
    expect(landingOf([])).toBe('/coverage');
  });
});

describe('figures', () => {
  it('are summed over kinds, with causes in order and points to a tenth', () => {
    const kind = (id: string, covered: number, of: number) => ({
      ...{ id, covered, of, expected: 0, due: 0, verified: 0, heard: 0, partly: 0, missed: 0 },
    });
    expect(coveredOf({ kinds: [kind('estate', 3, 4), kind('stop', 5, 5)] })).toEqual({ n: 8, of: 9 });
    expect(causesOf({ causes: { offline: 2, clock: 0, silent: 5 } })).toEqual([
      { cause: 'silent', n: 5 },
      { cause: 'offline', n: 2 },
    ]);
    expect([points(-3.04), points(2.46), points(0)]).toEqual(['3', '2.5', '0']);
  });
});
