import { describe, expect, it } from 'vitest';
import { campaignFrom, fileFrom } from './campaign-from-file.js';
import { checkCues } from './check-cues.js';
import { type CampaignFile, campaignFileSchema } from './file-schemas.js';
import { expandPlaylist } from './playlist.js';
import { Problems } from './problems.js';

describe('a playlist', () => {
  it.each([
    ['plays in turn', { items: ['a', 'b', 'c'] }, 'a b c'],
    ['spreads what weighs more', { items: ['a', 'b', 'c'], weights: { a: 3 } }, 'a b a c a'],
    ['spreads two of the same weight', { items: ['a', 'b'], weights: { a: 5, b: 5 } }, 'a b a b a b a b a b'],
    ['repeats on end', { items: ['a', 'b'], repeats: { b: 2 } }, 'a b b'],
    ['begins each play with a jingle', { items: ['a', 'b'], jingle: { item: 'j', every: 1 } }, 'j a j b'],
    ['begins every third with it', { items: ['a', 'b', 'c', 'd'], jingle: { item: 'j', every: 3 } }, 'j a b c j d'],
    ['takes an item that is listed twice', { items: ['a', 'b', 'a'], weights: { b: 2 } }, 'b a a b'],
  ])('%s', (_, playlist, order) => {
    expect(expandPlaylist(playlist).join(' ')).toBe(order);
  });

  it('lets no item wait longer than its weight says, whatever the weights', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const weights = { a: 1 + (seed % 7), b: 1 + (seed % 5), c: 1 + (seed % 3) };
      const order = expandPlaylist({ items: ['a', 'b', 'c'], weights });
      for (const [item, weight] of Object.entries(weights)) {
        expect(order.filter((one) => one === item)).toHaveLength(weight);
        const gaps = order.flatMap((one, index) => (one === item ? index : []));
        const fair = Math.ceil(order.length / weight);
        for (const [index, at] of gaps.entries()) {
          const next = gaps[index + 1] ?? (gaps[0] ?? 0) + order.length;
          expect(next - at).toBeLessThanOrEqual(fair + 1);
        }
      }
    }
  });
});

const file = (cue: object, items = ['aa', 'bb', 'chime']): CampaignFile =>
  campaignFileSchema.parse({
    id: 'list',
    title: { zh: '单', en: 'List' },
    valid: { from: '2026-01-01', to: '2026-12-31' },
    audience: { profiles: ['loudspeaker'] },
    items: items.map((id) => ({ id, title: { zh: id, en: id }, audio: [{ dialect: 'cmn', text: '好' }], text: '好' })),
    cues: [
      {
        id: 'cue',
        items: ['aa', 'bb'],
        output: 'audio',
        windows: [{ days: 'every-day', from: '08:00', to: '09:00' }],
        every: '10m',
        priority: 50,
        ...cue,
      },
    ],
  });

const problemsOf = (value: CampaignFile): string[] => {
  const problems = new Problems();
  checkCues('list.yaml', value, [], problems, (...path) => ({ field: path.join('.') }));
  return problems.list.map(({ code, field }) => `${code} ${field}`);
};

describe('a cue in a file', () => {
  it('stays what it was without a playlist', () => {
    const plain = campaignFrom(file({}));
    expect(plain.cues[0]).toMatchObject({ items: ['aa', 'bb'] });
    expect(plain.cues[0]).not.toHaveProperty('playlist');
  });

  it('is spelt out for the release, and comes back as it was written', () => {
    const written = { weights: { aa: 2 }, repeats: { bb: 2 }, jingle: { item: 'chime', every: 2 } };
    const value = file(written);
    const campaign = campaignFrom(value);
    expect(campaign.cues[0]?.items).toEqual(['chime', 'aa', 'bb', 'chime', 'bb', 'aa']);
    expect(fileFrom(campaign).cues[0]).toMatchObject({ items: ['aa', 'bb'], ...written });
    expect(campaignFrom(fileFrom(campaign))).toEqual(campaign);
    expect(problemsOf(value)).toEqual([]);
  });

  it('plays a jingle before every play unless told otherwise', () => {
    expect(campaignFrom(file({ jingle: { item: 'chime' } })).cues[0]?.items).toEqual(['chime', 'aa', 'chime', 'bb']);
  });

  it('is refused with the field that is at fault', () => {
    expect(problemsOf(file({ weights: { aa: 10, bb: 10 }, repeats: { aa: 5 } }))).toContain(
      'playlist-too-long cues.0.items',
    );
    expect(problemsOf(file({ weights: { cc: 2 } }))).toContain('playlist-unknown cues.0.weights.cc');
    expect(problemsOf(file({ repeats: { chime: 2 } }))).toContain('playlist-unknown cues.0.repeats.chime');
    expect(problemsOf(file({ jingle: { item: 'gone' } }))).toContain('item-unknown cues.0.jingle.item');
    expect(problemsOf(file({ output: 'text', jingle: { item: 'chime' } }))).toContain('jingle-is-sound cues.0.jingle');
    for (const wrong of [
      { weights: { aa: 11 } },
      { weights: { aa: 0 } },
      { repeats: { aa: 1.5 } },
      { jingle: 'chime' },
    ])
      expect(() => file(wrong)).toThrow();
  });
});
