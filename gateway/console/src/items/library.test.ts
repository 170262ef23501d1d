import type { DraftView, VoicesView } from '@xiaolaba/gateway/contract';
import { describe, expect, it } from 'vitest';
import { gapsOf, rowsOf, tallyOf } from './gaps.js';
import { itemsFitting, itemsOf, markedText, noFilter, previewRequest, voiceOf, voiceTable } from './library.js';

const spokenBy = (dialect: string, voice?: string): VoicesView['dialects'][number] => ({
  ...{ dialect, places: 3, people: 300, recordings: 0 },
  ...(voice === undefined
    ? { reason: { code: 'no-voice', message: { zh: '没有声音', en: 'no voice' } } }
    : { voice: { engine: 'espeak-ng', name: voice } }),
});
const voices = voiceTable({
  dialects: [spokenBy('cmn', 'cmn'), spokenBy('yue', 'yue'), spokenBy('hak')],
  engines: [],
  problems: [],
});
const draft: DraftView = {
  ...{ id: 'morning', source: 'desk', state: 'released', version: 3, updatedAt: 1 },
  title: { zh: '早高峰', en: 'Morning' },
  valid: { from: '2026-01-01', to: '2026-12-31' },
  campaign: {
    audience: { profiles: ['loudspeaker'], kinds: ['estate'] },
    items: [
      {
        id: 'brushing',
        title: { zh: '刷单', en: 'Brushing' },
        text: '刷单是骗',
        audio: [
          { dialect: 'cmn', text: '网络刷单全是骗' },
          { dialect: 'yue', recording: 'yue.webm' },
          { dialect: 'hak' },
        ],
      },
      { id: 'sign', title: { zh: '只有屏', en: 'Sign only' }, text: '挂断', video: 'a.mp4' },
      { id: 'mute', title: { zh: '没人说', en: 'Mute' }, audio: [{ dialect: 'hak', text: '客家' }] },
    ],
    cues: [
      { id: 'slow', items: ['brushing'], output: 'audio', windows: [], every: '1h' },
      { id: 'fast', items: ['brushing', 'mute'], output: 'audio', windows: [], every: '90s' },
      { id: 'shown', items: ['sign'], output: 'text', windows: [], continuous: true },
    ],
  },
};
const items = itemsOf(draft, undefined);
const keys = (filter: Partial<typeof noFilter>) =>
  itemsFitting(items, { ...noFilter, ...filter }, voices).map(({ item }) => item.id);

describe('the items of drafts', () => {
  it('know their draft and the shortest interval at which they are heard', () => {
    expect(items.map(({ key, slotSeconds }) => [key, slotSeconds])).toEqual([
      ['morning.brushing', 90],
      ['morning.sign', undefined],
      ['morning.mute', 90],
    ]);
  });

  it('are spoken by a person, a machine, Mandarin or nobody', () => {
    const [brushing, , mute] = items.map(({ item }) => item);
    expect(brushing?.audio?.map((version) => voiceOf(version, brushing, voices))).toEqual([
      'synthesis',
      'recording',
      'standIn',
    ]);
    expect(mute?.audio?.map((version) => voiceOf(version, mute, voices))).toEqual(['none']);
  });

  it('are found by words, dialect, voice, form and use', () => {
    expect(keys({})).toHaveLength(3);
    expect(keys({ text: '刷单 早高峰' })).toEqual(['brushing']);
    expect(keys({ text: '没有这句' })).toEqual([]);
    expect(keys({ dialect: 'yue' })).toEqual(['brushing']);
    expect(keys({ dialect: 'hak' })).toEqual(['brushing', 'mute']);
    expect(keys({ voice: 'none' })).toEqual(['mute']);
    // The voice is that of the dialect that was asked for.
    expect(keys({ dialect: 'hak', voice: 'recording' })).toEqual([]);
    expect(keys({ kind: 'video' })).toEqual(['sign']);
    expect(keys({ kind: 'audio' })).toEqual(['brushing', 'mute']);
    expect(keys({ use: 'air' })).toEqual([]);
    expect(keys({ use: 'draft' })).toHaveLength(3);
  });

  it('are asked of the gateway as the campaign has them', () => {
    const [brushing] = items;
    expect(brushing && previewRequest(brushing)).toEqual({
      item: {
        text: '刷单是骗',
        audio: [
          { dialect: 'cmn', text: '网络刷单全是骗' },
          { dialect: 'yue', recording: 'yue.webm' },
          { dialect: 'hak' },
        ],
      },
      audience: { profiles: ['loudspeaker'], kinds: ['estate'] },
      slotSeconds: 90,
    });
  });
});

describe('a text on a sign', () => {
  it('is marked where the sign lacks a character, however many units it takes', () => {
    expect(markedText('朱镕基𠮷𠮷了', ['镕', '𠮷'])).toEqual([
      { text: '朱', missing: false },
      { text: '镕', missing: true },
      { text: '基', missing: false },
      { text: '𠮷𠮷', missing: true },
      { text: '了', missing: false },
    ]);
    expect(markedText('', ['镕'])).toEqual([]);
  });
});

describe('what is not recorded yet', () => {
  const spoken = new Map([['morning', new Map([['nan', 2]])]]);
  const rows = rowsOf(
    items.filter(({ item }) => item.audio),
    ['cmn', 'yue', 'hak', 'nan', 'gan'],
    voices,
    spoken,
  );

  it('counts what is written and what is spoken there, and nothing else', () => {
    expect(rows.map(({ cells }) => cells.map(({ voice }) => voice))).toEqual([
      ['synthesis', 'recording', 'standIn', 'standIn', undefined],
      [undefined, undefined, 'none', 'none', undefined],
    ]);
    expect(rows.map(gapsOf)).toEqual([3, 2]);
  });

  it('tells of a dialect how much is done', () => {
    expect(tallyOf(rows, 'yue')).toEqual({ n: 1, of: 1 });
    expect(tallyOf(rows, 'nan')).toEqual({ n: 0, of: 2 });
    expect(tallyOf(rows, 'gan')).toEqual({ n: 0, of: 0 });
  });
});
