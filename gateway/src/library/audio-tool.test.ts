import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AudioRun, createAudioTool } from './audio-tool.js';

describe('the ffmpeg adapter', () => {
  let directory: string;
  let request: AudioRun;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'xiaolaba-ffmpeg-'));
    const input = join(directory, 'zeros.raw');
    await writeFile(input, new Uint8Array(9600));
    request = {
      input,
      inputOptions: ['-f', 's16le', '-ar', '48000', '-ac', '1'],
      graph: '[0:a]anull[out]',
      outputOptions: ['-f', 'null'],
      output: '-',
    };
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('returns the log of a run and counts it', async () => {
    const tool = createAudioTool();
    expect(await tool.run(request)).toContain('s16le');
    expect(tool.runs()).toBe(1);
  });

  it('turns an exit code into an error with the log', async () => {
    const run = createAudioTool().run({ ...request, graph: '[0:a]nosuchfilter[out]' });
    await expect(run).rejects.toMatchObject({ code: 'ffmpeg-failed', details: { exit: 1 } });
  });

  it('says what to type when a program is missing', async () => {
    const error = { family: 'world', code: 'ffmpeg-missing', details: { install: 'apt-get install -y ffmpeg' } };
    await expect(createAudioTool({ ffmpeg: '/nonexistent/ffmpeg' }).run(request)).rejects.toMatchObject(error);
    await expect(createAudioTool({ ffprobe: 'no-such-ffprobe' }).probe(request.input)).rejects.toMatchObject(error);
  });

  it('survives a program that is there but cannot be started', async () => {
    const broken = join(directory, 'broken');
    await writeFile(broken, '#!/nonexistent/interpreter\n', { mode: 0o755 });
    await expect(createAudioTool({ ffmpeg: broken }).run(request)).rejects.toMatchObject({ code: 'ffmpeg-missing' });
  });

  it('ends a run that takes too long', async () => {
    const tool = createAudioTool({ timeoutSeconds: 1 });
    const endless = tool.run({ ...request, graph: 'anullsrc,arealtime[out]' });
    await expect(endless).rejects.toMatchObject({ code: 'ffmpeg-timeout' });
  });
});
