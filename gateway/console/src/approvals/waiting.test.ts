import type { CampaignView, DraftSummary } from '@xiaolaba/gateway/contract';
import { expect, it } from 'vitest';
import { waitingOf } from './waiting.js';

type Approval = NonNullable<CampaignView['candidates'][number]['approval']>;
const campaign = (id: string, kind: Approval['kind'], signed: number, state: CampaignView['state'] = 'candidate') =>
  ({
    ...{ id, title: { zh: id, en: id }, state, revision: 1, releases: [], problems: [] },
    candidates: [
      {
        ...{ sha256: id, staged: false, places: 1, people: 1 },
        approval: {
          ...{ kind, needed: 2, missing: 2 - signed },
          signedBy: Array.from({ length: signed }, (_, at) => ({ kid: `${at}`, name: `${at}`, at })),
        },
      },
    ],
  }) satisfies CampaignView;
const draft = (id: string, from: string, updatedAt: number): DraftSummary => ({
  ...{ id, source: 'desk', state: 'submitted', version: 1, updatedAt },
  ...{ title: { zh: id, en: id }, valid: { from, to: '2026-12-31' } },
});

it('shows alerts first, then what is half signed, then what is due soonest and has waited longest', () => {
  const campaigns = [
    campaign('late', 'release', 0),
    campaign('soon-new', 'release', 0),
    campaign('soon-old', 'release', 0),
    campaign('half', 'release', 1),
    campaign('alert', 'alert', 0),
    campaign('on-air', 'release', 2, 'released'),
  ];
  const drafts = [
    draft('late', '2026-12-01', 1),
    draft('soon-new', '2026-11-20', 9),
    draft('soon-old', '2026-11-20', 5),
    draft('half', '2026-12-24', 2),
    draft('alert', '2026-12-24', 3),
  ];
  const waiting = waitingOf(campaigns, drafts);
  expect(waiting.map(({ campaign: { id } }) => id)).toEqual(['alert', 'half', 'soon-old', 'soon-new', 'late']);
  expect(waiting[1]).toMatchObject({ missing: 1, signed: 1, isAlert: false });
});
