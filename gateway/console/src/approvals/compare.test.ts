import { type Release, releaseSchema } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { compareReleases, type ReleaseWords } from './compare.js';

const words: ReleaseWords = {
  subject: {
    title: 'title',
    valid: 'valid',
    profiles: 'profiles',
    text: ({ id }) => `text of ${id}`,
    spoken: ({ id }, dialect) => `${dialect} of ${id}`,
    sound: ({ id }, dialect) => `sound of ${dialect} of ${id}`,
    film: ({ id }) => `film of ${id}`,
    cue: ({ id }) => id,
  },
  valid: ({ validFrom, validUntil }) => `${validFrom}-${validUntil}`,
  profiles: ({ audience }) => audience.profiles.join(),
  voice: (voice) => voice,
  cue: (cue) => JSON.stringify(cue),
  otherSound: 'another recording',
  otherFilm: 'another film',
};
const rendition = (digit: string) => ({
  ...{ profile: 'loudspeaker', sha256: digit.repeat(64), bytes: 10, durationMs: 3000, format: 'mp3', leadInMs: 0 },
});
const base = {
  ...{ v: 1, campaign: 'one', revision: 1, title: '刷单', frozenAt: 1, validFrom: 10, validUntil: 20 },
  audience: { profiles: ['loudspeaker'], places: ['site/estate-1', 'site/estate-2'] },
  items: [
    {
      ...{ id: 'it', title: '一', text: '刷单就是诈骗' },
      audio: [{ dialect: 'cmn', voice: 'synthesis', words: '不要刷单', renditions: [rendition('a')] }],
    },
  ],
  cues: [
    {
      ...{ id: 'rush', output: 'audio', items: ['it'], priority: 50, volumeCap: 80, dialects: 'rotate' },
      ...{ breaksQuietHours: false },
      timing: { kind: 'every', windows: [{ days: 'every-day', from: '07:00', to: '08:00' }], seconds: 600 },
    },
  ],
};
const release = (change: (draft: typeof base) => void = () => undefined): Release => {
  const draft = structuredClone(base);
  change(draft);
  return releaseSchema.parse(draft);
};
const keys = (change: (draft: typeof base) => void): string[] =>
  compareReleases(release(), release(change), words).differences.map(({ key }) => key);

describe('what changed since the last release', () => {
  it('is nothing where only the revision and the time of freezing differ', () => {
    const after = release((draft) => Object.assign(draft, { revision: 2, frozenAt: 5 }));
    expect(compareReleases(release(), after, words)).toEqual({
      differences: [],
      placesAdded: [],
      placesRemoved: [],
    });
  });

  it('names every field that is heard, seen or that reaches somebody', () => {
    expect(keys((draft) => Object.assign(draft, { title: '贷款' }))).toEqual(['title']);
    expect(keys((draft) => Object.assign(draft, { validUntil: 30 }))).toEqual(['valid']);
    expect(keys((draft) => draft.audience.profiles.push('bus-screen'))).toEqual(['profiles']);
    expect(keys((draft) => Object.assign(draft.items[0] ?? {}, { text: '贷款就是诈骗' }))).toEqual(['text/it']);
    expect(keys((draft) => Object.assign(draft.items[0]?.audio[0] ?? {}, { words: '不要贷款' }))).toEqual([
      'spoken/it/cmn',
    ]);
    expect(keys((draft) => Object.assign(draft.items[0]?.audio[0] ?? {}, { renditions: [rendition('b')] }))).toEqual([
      'sound/it/cmn',
    ]);
    const yue = { dialect: 'yue', voice: 'recording', words: '唔好刷单', renditions: [rendition('c')] };
    expect(keys((draft) => draft.items[0]?.audio.push(yue))).toEqual(['spoken/it/yue']);
    const cue = (change: object) => keys((draft) => Object.assign(draft.cues[0] ?? {}, change));
    for (const change of [{ volumeCap: 90 }, { priority: 95, breaksQuietHours: true }, { dialects: 'first' }])
      expect(cue(change)).toEqual(['cue/rush']);
  });

  it('names the places that come and go', () => {
    const after = release((draft) => {
      draft.audience.places = ['site/estate-2', 'site/estate-3'];
    });
    const { placesAdded, placesRemoved } = compareReleases(release(), after, words);
    expect([placesAdded, placesRemoved]).toEqual([['site/estate-3'], ['site/estate-1']]);
  });
});
