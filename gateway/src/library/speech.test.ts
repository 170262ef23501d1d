import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSpeechTool, type DialectVoice } from './speech.js';
import { prepareSpeechText, speechTokens } from './speech-text.js';

const speech = createSpeechTool();
const mandarin: DialectVoice = { dialect: 'cmn', voice: 'cmn-latn-pinyin' };
const cantonese: DialectVoice = { dialect: 'yue', voice: 'yue' };

describe('prepareSpeechText', () => {
  it.each([
    ['请拨打96110', 'cmn', '请拨打九六幺幺零'],
    ['请拨打96110号码', 'yue', '请拨打九六一一零号码'],
    ['96110', 'uig', '9 6 1 1 0'],
    ['转账5,000元', 'cmn', '转账5000元'],
    ['被骗120000元', 'cmn', '被骗120000元'],
    ['110元和110', 'cmn', '110元和幺幺零'],
    ['2026年1月', 'cmn', '二零二六年1月'],
    ['月息3.5%', 'cmn', '月息百分之3.5'],
    ['18:05到19:00', 'cmn', '18点零5分到19点'],
    ['尾号0086', 'cmn', '尾号零零八六'],
    ['[[hello]]\u202e你\n好<b>', 'cmn', 'hello 你 好 b'],
    ['１１０', 'cmn', '幺幺零'],
    ['￥800', 'cmn', '800元'],
  ])('%s (%s)', (text, dialect, spoken) => {
    expect(prepareSpeechText(text, dialect)).toBe(spoken);
  });

  it('looks at every different character and word', () => {
    expect(speechTokens('刷单刷APP，5000元 қаржы')).toEqual(['刷', '单', 'APP', '5000', '元', 'қаржы']);
  });
});

describe('the synthesiser', () => {
  it('speaks its own script in full', async () => {
    const text = prepareSpeechText('开锁成功！南城警务站提醒您，网络刷单全是骗，5000元、3.5%、96110。', 'cmn');
    expect(await speech.unreadable(text, mandarin)).toEqual([]);
    expect(await speech.unreadable(prepareSpeechText('网络刷单全是骗，请打96110', 'yue'), cantonese)).toEqual([]);
    expect(await speech.unreadable('алаяқтардан сақ болыңыз 9 6 1 1 0', { dialect: 'kaz', voice: 'kk' })).toEqual([]);
    expect(await speech.unreadable('پۇل ئالدامچىلىق 9 6 1 1 0', { dialect: 'uig', voice: 'ug' })).toEqual([]);
  });

  it('names what it would spell in English, read as code or leave out', async () => {
    expect(await speech.unreadable('下载APP，𠮷利😀', mandarin)).toEqual(['APP', '𠮷', '😀']);
    expect(await speech.unreadable('你好 hello', { dialect: 'kaz', voice: 'kk' })).toEqual(['你', '好', 'hello']);
    expect(await speech.unreadable('，。', mandarin)).toEqual(['，。']);
  });

  it('offers no voice for a dialect that it cannot read', async () => {
    const dialects = (await speech.voices()).map(({ dialect }) => dialect);
    expect(dialects).toEqual(['cmn', 'yue', 'kaz', 'uig']);
  });

  it('writes the same sound each time, and takes no text for an option', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'xiaolaba-speech-'));
    try {
      const say = async (text: string, name: string): Promise<Buffer> => {
        await speech.synthesise(text, mandarin, join(directory, name));
        return await readFile(join(directory, name));
      };
      const first = await say('不要转账', 'first.wav');
      expect(first.length).toBeGreaterThan(20_000);
      expect((await say('不要转账', 'second.wav')).equals(first)).toBe(true);
      expect((await say('--version', 'third.wav')).subarray(0, 4).toString()).toBe('RIFF');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('says how to get a program that is missing', async () => {
    const absent = createSpeechTool('/nonexistent/espeak-ng');
    await expect(absent.voices()).rejects.toMatchObject({ code: 'espeak-missing' });
    await expect(absent.identity()).rejects.toMatchObject({ code: 'espeak-missing' });
  });
});
