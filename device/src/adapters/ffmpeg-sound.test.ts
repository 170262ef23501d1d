import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Sound } from '../ports/index.js';
import { FfmpegSound } from './ffmpeg-sound.js';

const folder = mkdtempSync(join(tmpdir(), 'xiaolaba-sound-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tone = (): Uint8Array => {
  const path = join(folder, 'tone.mp3');
  execFileSync('ffmpeg', ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', 'sine=frequency=440:duration=2', path]);
  return readFileSync(path);
};
const sound = (over: Partial<Sound> = {}): Sound => ({
  sha256: '0'.repeat(64),
  dialect: 'cmn',
  bytes: tone(),
  format: 'mp3',
  durationMs: 2_000,
  volume: 50,
  fromMs: 0,
  ...over,
});
const never = new AbortController().signal;

describe('sound through ffmpeg', () => {
  it('plays to the end, and from where it was paused', async () => {
    const path = join(folder, 'out.wav');
    const output = new FfmpegSound({ kind: 'file', path });
    const whole = await output.play(sound(), never);
    expect(whole.ended).toBe('finished');
    expect(whole.playedMs).toBeGreaterThan(1_900);
    const wholeBytes = statSync(path).size;
    const rest = await output.play(sound({ fromMs: 1_500 }), never);
    expect(rest.ended).toBe('finished');
    expect(rest.playedMs).toBeLessThanOrEqual(500);
    expect(statSync(path).size).toBeLessThan(wholeBytes / 2);
  });

  it('tells a bad file from a card that does not work', async () => {
    const bytes = Buffer.from('this is no sound at all, whatever its name says. '.repeat(200));
    const output = new FfmpegSound({ kind: 'file', path: join(folder, 'bad.wav') });
    expect(await output.play(sound({ bytes }), never)).toEqual({ playedMs: 0, ended: 'failed', reason: 'bad-file' });
    const nowhere = new FfmpegSound({ kind: 'file', path: join(folder, 'none', 'out.wav') });
    expect(await nowhere.play(sound(), never)).toEqual({ playedMs: 0, ended: 'failed', reason: 'output' });
    const absent = new FfmpegSound({ kind: 'null' }, join(folder, 'no-such-command'));
    expect(await absent.play(sound(), never)).toEqual({ playedMs: 0, ended: 'failed', reason: 'output' });
  });

  it('stops when told to', async () => {
    const abort = new AbortController();
    const playing = new FfmpegSound({ kind: 'null' }).play(sound(), abort.signal);
    setTimeout(() => abort.abort(), 300);
    const end = await playing;
    expect(end.ended).toBe('aborted');
    expect(end.playedMs).toBeLessThan(1_900);
  });
});
