import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSherpaVoices, type OwnSpeech, preferring } from './sherpa-voices.js';
import { createSpeechTool } from './speech.js';

/** Speaks the lines of the real process, and does to itself what models do. */
const fake = `
import { writeFileSync } from 'node:fs';
process.on('message', ({ id, text, output, speaker, speed, config }) => {
  if (text === '崩') process.abort();
  if (text === '停') return;
  if (text === '坏') return process.send({ id, failure: { code: 'voice-model-refused', reason: 'no tokens' } });
  writeFileSync(output, JSON.stringify({ text, speaker, speed, config, pid: process.pid }));
  process.send({ id });
});
process.on('disconnect', () => process.exit(0));
`;

let directory: string;
let voices: string;
let opened: OwnSpeech[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'xiaolaba-sherpa-'));
  voices = join(directory, 'voices');
  opened = [];
  await writeFile(join(directory, 'fake.mjs'), fake);
  await model(
    'hak',
    'name: 客家话 女声\nvits: { model: m.onnx, tokens: tokens.txt, lexicon: lexicon.txt }\nspeaker: 2\nspeed: 0.9\n',
  );
});
afterEach(async () => {
  for (const one of opened) one.close();
  await rm(directory, { recursive: true, force: true });
});

async function model(dialect: string, yaml: string): Promise<void> {
  const root = join(voices, dialect);
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'voice.yaml'), yaml);
  for (const name of ['m.onnx', 'tokens.txt']) await writeFile(join(root, name), name);
  await writeFile(join(root, 'lexicon.txt'), '不 b ut5\n转账 z z\n好 h au3\n');
}

function open(options: object = {}): OwnSpeech {
  const made = createSherpaVoices({
    directory: voices,
    program: join(directory, 'fake.mjs'),
    installed: () => true,
    timeoutSeconds: 20,
    ...options,
  });
  opened.push(made);
  return made;
}

const say = async (tool: OwnSpeech, text: string): Promise<Record<string, unknown>> => {
  const [voice] = await tool.voices();
  if (!voice) throw new Error('no voice');
  const output = join(directory, 'said');
  await tool.synthesise(text, voice, output);
  return JSON.parse(await readFile(output, 'utf8')) as Record<string, unknown>;
};

describe('the voices of the operator', () => {
  it('speak with what their folder says, in a process that stays', async () => {
    const tool = open();
    const said = await say(tool, '好');
    expect(said).toMatchObject({
      text: '好',
      speaker: 2,
      speed: 0.9,
      config: { model: { vits: { model: join(voices, 'hak/m.onnx') }, numThreads: 1, provider: 'cpu' } },
    });
    expect((await say(tool, '不'))['pid']).toBe(said['pid']);
  });

  it('go before the voice of last resort, and leave it the other dialects', async () => {
    await model('cmn', 'name: 普通话\nkokoro: { model: m.onnx, voices: tokens.txt, tokens: tokens.txt }\n');
    const both = preferring(open(), createSpeechTool());
    const found = (await both.voices()).map(({ dialect, engine }) => `${dialect} ${engine ?? 'espeak-ng'}`);
    expect(found).toContain('cmn sherpa-onnx');
    expect(found).toContain('hak sherpa-onnx');
    expect(found).toContain('yue espeak-ng');
    expect(found.filter((one) => one.startsWith('cmn'))).toHaveLength(1);
  });

  it('name the characters that their lexicon lacks', async () => {
    const tool = open();
    const [voice] = await tool.voices();
    if (!voice) throw new Error('no voice');
    expect(await tool.unreadable('不转账，骗', voice)).toEqual(['骗']);
  });

  it('are others when any file of theirs is', async () => {
    const tool = open();
    const [voice] = await tool.voices();
    const before = await tool.identity(voice);
    expect(await tool.identity(voice)).toBe(before);
    await writeFile(join(voices, 'hak/m.onnx'), 'retrained');
    expect(await tool.identity(voice)).not.toBe(before);
  });

  it('may crash or hang without taking anything with them', async () => {
    const tool = open();
    const first = await say(tool, '好');
    await expect(say(tool, '崩')).rejects.toMatchObject({ code: 'voice-crashed' });
    const second = await say(tool, '好');
    expect(second['pid']).not.toBe(first['pid']);
    const hasty = open({ timeoutSeconds: 6 });
    await expect(say(hasty, '停')).rejects.toMatchObject({ code: 'speech-timeout' });
    expect(await say(hasty, '好')).toMatchObject({ text: '好' });
    await expect(say(tool, '坏')).rejects.toMatchObject({
      code: 'voice-model-refused',
      details: { reason: 'no tokens' },
    });
  });

  it('say what is missing, and are no error at the start', async () => {
    const unset = open({ directory: undefined });
    expect(await unset.voices()).toEqual([]);
    expect((await unset.report()).engines).toMatchObject([{ state: 'absent', code: 'voice-engine-unset' }]);
    const absent = open({ installed: () => false });
    expect(await absent.voices()).toEqual([]);
    expect((await absent.report()).engines).toMatchObject([
      { state: 'absent', code: 'voice-engine-absent', details: { install: 'npm install sherpa-onnx-node' } },
    ]);
    const nowhere = open({ directory: join(directory, 'nowhere') });
    expect((await nowhere.report()).problems).toMatchObject([{ code: 'voice-folder-unreadable' }]);
  });

  it('have each fault named by file and field', async () => {
    await model('yue', 'name: 粤语\nvits: { model: gone.onnx, tokens: ../../secret }\n');
    await model('cmn', 'name: 普通话\nspeed: 9\nvits: { model: m.onnx, tokens: tokens.txt }\n');
    await model('kaz', 'name: [\n');
    await mkdir(join(voices, 'uig'));
    await mkdir(join(voices, 'Mandarin'));
    const tool = open();
    expect((await tool.voices()).map(({ dialect }) => dialect)).toEqual(['hak']);
    expect((await tool.report()).problems.map(({ file, field, code }) => `${file} ${field} ${code}`).sort()).toEqual([
      'Mandarin undefined voice-folder-name',
      'cmn/voice.yaml speed voice-field',
      'kaz/voice.yaml undefined voice-field',
      'uig/voice.yaml undefined voice-file-missing',
      'yue/voice.yaml vits.model voice-model-missing',
      'yue/voice.yaml vits.tokens voice-model-outside',
    ]);
  });
});
