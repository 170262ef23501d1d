import { describe, expect, it } from 'vitest';
import { alertWordsSchema } from '../api/alert-contract.js';
import { loadContent } from '../content/index.js';
import type { AlertStatus } from './alert.js';
import { wordingOf } from './wording.js';

const { content } = await loadContent(new URL('../../../playlists', import.meta.url).pathname);
const texts = content?.alerts ?? [];
const worded = (words: unknown, status: AlertStatus = 'actual') =>
  wordingOf(alertWordsSchema.parse(words), status, texts);
const errors = (words: unknown, status?: AlertStatus) =>
  worded(words, status).problems.flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));

describe('prepared texts', () => {
  it('can each be given as they are, and as an exercise', () => {
    expect(texts).toHaveLength(5);
    for (const { id, exercise } of texts) {
      expect(errors({ text: id }, 'exercise')).toEqual([]);
      expect(errors({ text: id })).toEqual(exercise ? ['alert-text-exercise'] : []);
    }
  });

  it('take what is filled in, once, and refuse what they must not say', () => {
    const given = (fields: Record<string, string>) => ({ text: 'false-police-calls', fields });
    expect(worded(given({})).wording.sign).toMatch(/^紧急提醒：本地正有假公安/);
    expect(worded(given({ area: '东湖{area}' })).wording.sign).toMatch(/^紧急提醒：东湖{area}正有假公安/);
    expect(errors(given({ area: '王小明先生家' }))).toContain('personal-name');
    expect(errors(given({ area: '一二三四五六七八九十一二三' }))).toContain('bulletin-long');
    expect(errors(given({ area: '演练的' }))).toContain('exercise-mentioned');
    expect(errors(given({ town: '东湖' }))).toContain('field-unknown');
    expect(errors({ text: 'nothing' })).toContain('alert-text-unknown');
  });

  it('take no exercise back, whatever the real alert says', () => {
    const [text] = texts;
    if (!text) throw new Error('no text');
    const real = { ...text, id: 'real', spoken: [{ dialect: 'cmn', text: '这是真的警情，不是演练。' }] };
    const worded = wordingOf(alertWordsSchema.parse({ text: 'real' }), 'exercise', [real]);
    expect(worded.problems.map(({ code }) => code)).toContain('exercise-denied');
  });

  it('are spoken between notices in every dialect of an exercise, once', () => {
    const { wording } = worded({ text: 'exercise' }, 'exercise');
    expect(wording.spoken.map(({ dialect }) => dialect)).toEqual(['cmn', 'yue']);
    for (const { text } of wording.spoken) expect(text).toMatch(/^(现在是|而家系)演练.*以上[是系]演练，[^。]*。$/u);
    const again = worded({ title: wording.title, sign: wording.sign, spoken: wording.spoken }, 'exercise');
    expect(again.wording).toMatchObject({ title: wording.title, sign: wording.sign, spoken: wording.spoken });
  });
});

describe('free words', () => {
  it('name nobody', () => {
    expect(errors({ title: '一', sign: '受害人张伟，电话13812345678' })).toEqual(
      expect.arrayContaining(['personal-name', 'phone-number']),
    );
  });

  it('say something', () => {
    expect(errors({ title: '一' })).toContain('alert-words-missing');
    expect(errors({ title: '一', sign: '\u200b' })).toContain('alert-words-missing');
  });

  it('leave out a dialect in which nobody has written the notice', () => {
    const spoken = [
      { dialect: 'cmn', text: '请注意' },
      { dialect: 'pcc', text: 'abc' },
    ];
    expect(worded({ title: '一', spoken }, 'exercise').wording.spoken.map(({ dialect }) => dialect)).toEqual(['cmn']);
    expect(worded({ title: '一', spoken }).wording.spoken).toHaveLength(2);
  });
});
