import type { DraftView } from '@xiaolaba/gateway/contract';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../api/client.js';
import { seatRecording, withRecording } from './assign.js';

const campaign = {
  id: 'morning',
  cues: [{ id: 'rush' }],
  items: [
    {
      id: 'one',
      title: '一',
      audio: [
        { dialect: 'cmn', text: '话' },
        { dialect: 'hak', recording: 'old.webm' },
      ],
    },
    { id: 'two', title: '二' },
  ],
};
const audioOf = (document: DraftView['campaign'] | undefined, index: number) =>
  (document?.items as { audio?: unknown }[] | undefined)?.[index]?.audio;

describe('putting a recording into a draft', () => {
  it('touches one dialect of one item', () => {
    const next = withRecording(campaign, 'one', 'cmn', 'new.webm');
    expect(audioOf(next, 0)).toEqual([
      { dialect: 'cmn', text: '话', recording: 'new.webm' },
      { dialect: 'hak', recording: 'old.webm' },
    ]);
    expect(next?.cues).toEqual(campaign.cues);
    expect(audioOf(next, 1)).toBeUndefined();
    expect(audioOf(campaign, 0)).toHaveLength(2);
  });

  it('adds a dialect that nothing was written in', () => {
    expect(audioOf(withRecording(campaign, 'two', 'hak', 'new.webm'), 1)).toEqual([
      { dialect: 'hak', recording: 'new.webm' },
    ]);
  });

  it('takes a recording away, and the version with it where nothing else is left', () => {
    const both = withRecording(campaign, 'one', 'cmn', 'new.webm') ?? {};
    expect(audioOf(withRecording(both, 'one', 'cmn', undefined), 0)).toEqual(campaign.items[0]?.audio);
    expect(audioOf(withRecording(campaign, 'one', 'hak', undefined), 0)).toEqual([{ dialect: 'cmn', text: '话' }]);
  });

  const seat = { draft: 'morning', item: 'one', dialect: 'cmn' };
  const held = { id: 'morning', version: 7, campaign } as unknown as DraftView;
  const draft = () => Promise.resolve(held);

  it('saves over the version that it read', async () => {
    const saved: unknown[] = [];
    const save = (id: string, version: number, document: unknown) => {
      saved.push([id, version]);
      return Promise.resolve({
        draft: { ...held, version: 8, campaign: document as DraftView['campaign'] },
        problems: [],
      });
    };
    const seated = await seatRecording({ draft, save }, seat, 'new.webm');
    expect([seated.kind, saved]).toEqual(['saved', [['morning', 7]]]);
  });

  it('says that somebody was first, and that the item is gone', async () => {
    const refuse = (code: string) => () =>
      Promise.reject(new Refusal({ kind: 'answer', problem: { code, message: { zh: '', en: '' }, details: {} } }));
    expect(await seatRecording({ draft, save: refuse('draft-changed') }, seat, 'a')).toEqual({ kind: 'changed' });
    expect(await seatRecording({ draft, save: refuse('x') }, { ...seat, item: 'three' }, 'a')).toEqual({
      kind: 'gone',
    });
    await expect(seatRecording({ draft, save: refuse('forbidden') }, seat, 'a')).rejects.toThrow('forbidden');
  });
});
