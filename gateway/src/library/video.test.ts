import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudioTool } from './audio-tool.js';
import { openBlobStore } from './blob-store.js';
import { createLibrary } from './library.js';

const quiet = { debug: () => undefined, warn: () => undefined };
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'xiaolaba-video-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const film = (name: string, size: string, seconds: number): string => {
  const path = join(directory, name);
  const picture = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=10:d=${seconds}`];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
  execFileSync('ffmpeg', ['-loglevel', 'error', '-y', ...picture, ...sound, '-preset', 'ultrafast', path]);
  return path;
};

async function open() {
  const root = await mkdtemp(join(directory, 'library-'));
  const audio = createAudioTool();
  const blobs = await openBlobStore(join(root, 'blobs'));
  return { audio, blobs, library: createLibrary({ blobs, audio, cacheDirectory: join(root, 'cache'), log: quiet }) };
}

const streams = (path: string): string =>
  execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', path])
    .toString()
    .trim();

describe('films', () => {
  it('become what a screen decodes: H.264 without sound, no larger than the screen, in whole pairs of dots', async () => {
    const { library, blobs } = await open();
    const video = await library.renderVideo(film('tall.mkv', '1000x1502', 2));
    expect(video).toMatchObject({ format: 'mp4', durationMs: 2_000 });
    expect(streams(blobs.path(video.sha256))).toBe('h264,478,720');
    expect(video.bytes).toBe((await readFile(blobs.path(video.sha256))).length);
  });

  it('are made once', async () => {
    const { library, audio } = await open();
    const path = film('small.mp4', '320x180', 1);
    const first = await library.renderVideo(path);
    const runs = audio.runs();
    expect(await library.renderVideo(path)).toEqual(first);
    expect(audio.runs()).toBe(runs);
  });

  it.each([
    ['is not there', 'video-missing', () => join(directory, 'nothing.mp4')],
    ['is too long', 'video-too-long', () => film('long.mp4', '64x36', 61)],
    [
      'has no picture',
      'video-unreadable',
      () => {
        const path = join(directory, 'sound.mp3');
        execFileSync('ffmpeg', ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', 'sine=duration=1', path]);
        return path;
      },
    ],
    [
      'is no film',
      'video-unreadable',
      async () => {
        const path = join(directory, 'words.mp4');
        await writeFile(path, 'not a film');
        return path;
      },
    ],
  ])('are refused when one %s', async (_what, code, path) => {
    const { library } = await open();
    await expect(library.renderVideo(await path())).rejects.toMatchObject({ code });
  });
});
