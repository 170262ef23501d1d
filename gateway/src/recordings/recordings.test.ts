import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import type { PlanView } from '../api/desk-contract.js';
import { exportSchema } from '../api/desk-contract.js';
import {
  itemPreviewSchema,
  type RecordingView,
  recordingSchema,
  recordingWaveformSchema,
  speechSchema,
  uploadLimits,
  videoFileSchema,
  voicesSchema,
} from '../api/recording-contract.js';
import { TestGateway } from '../testing/open-gateway.js';
import { Person } from '../testing/person.js';

// A dozen sounds go through ffmpeg, some of them three times over.
vi.setConfig({ testTimeout: 120_000 });

let gateway: TestGateway;
let folder: string;
let editor: Person;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xiaolaba-recordings-'));
  gateway = await TestGateway.open();
  await gateway.import();
  editor = await Person.enter(gateway, 'li-wei', ['editor']);
});
afterAll(async () => {
  await gateway?.close();
  await rm(folder, { recursive: true, force: true });
});

const sound = async (name: string, source: string, ...output: readonly string[]): Promise<Buffer> => {
  const path = join(folder, name);
  execFileSync('ffmpeg', ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', source, ...output, path]);
  return await readFile(path);
};
const hum = 'sine=f=300:d=4:r=48000,tremolo=f=3:d=0.8';
const send = (path: string, bytes: Uint8Array, query: Record<string, string | number> = {}) =>
  editor.call(
    'POST',
    `${path}?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)] as [string, string]))}`,
    bytes,
  );
const record = async (bytes: Uint8Array, query: Record<string, string | number>): Promise<RecordingView> => {
  const { status, body } = await send('/api/recordings', bytes, query);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return recordingSchema.parse(body);
};
const recordings = async (): Promise<RecordingView[]> =>
  recordingSchema.array().parse((await editor.call('GET', '/api/recordings')).body);

describe('a recording', () => {
  it('is kept under a safe name, measured, and made fit for each profile', async () => {
    const bytes = await sound('browser.webm', hum, '-c:a', 'libopus', '-f', 'webm', '-live', '1');
    const made = await record(bytes, { name: ' 刷单提醒（客家话）../../x ' });
    expect(made.name).toMatch(/^刷单提醒-客家话-x-[0-9a-f]{8}\.flac$/);
    expect(made).toMatchObject({
      title: '刷单提醒（客家话）../../x',
      source: 'desk',
      authorName: 'li-wei',
      uses: [],
      refusals: [],
      figures: { channels: 1, sampleRate: 48_000, codec: 'opus', clippedShare: 0 },
    });
    expect(Math.abs((made.figures?.durationMs ?? 0) - 4000)).toBeLessThan(100);
    expect(made.renditions.map(({ profile }) => profile).sort()).toEqual(['bike-lock', 'bus-screen', 'loudspeaker']);
    for (const { lufs, truePeakDb } of made.renditions) {
      expect(Math.abs(lufs + 16)).toBeLessThanOrEqual(1);
      expect(truePeakDb).toBeLessThanOrEqual(-1);
    }
    const blob = await gateway.call('GET', `/blobs/${made.sha256}`);
    expect(blob.headers.get('content-type')).toBe('audio/flac');
    const path = `/api/recordings/${encodeURIComponent(made.name)}/waveform?buckets=50`;
    const drawn = recordingWaveformSchema.parse((await editor.call('GET', path)).body);
    expect(drawn.peaks).toHaveLength(50);
    expect(await record(bytes, { name: made.title })).toMatchObject({ name: made.name, sha256: made.sha256 });
  });

  it('is cut on the way in, and again later, as a new one', async () => {
    const bytes = await sound('long.wav', hum);
    const whole = await record(bytes, { name: 'whole', fromMs: 500, toMs: 3500 });
    expect(whole.figures?.durationMs).toBe(3000);
    const path = `/api/recordings/${encodeURIComponent(whole.name)}/trim`;
    const { body } = await editor.call('POST', path, { fromMs: 1000, toMs: 2000, name: '一半' });
    const part = recordingSchema.parse(body);
    expect(part).toMatchObject({ title: '一半', figures: { durationMs: 1000 } });
    expect((await recordings()).map(({ name }) => name)).toContain(whole.name);
    const nothing = await editor.call('POST', path, { fromMs: 1000, toMs: 1100 });
    expect(nothing.body).toMatchObject({ code: 'trim-malformed' });
  });

  it.each([
    ['audio-silent', 'anullsrc=d=2', { name: 'a' }],
    ['audio-too-short', 'sine=d=0.1', { name: 'a' }],
    ['name-malformed', hum, { name: ' … ' }],
  ])('is refused as %s', async (code, source, query) => {
    const { status, body } = await send('/api/recordings', await sound('bad.wav', source), query);
    expect([status, body]).toMatchObject([422, { code, message: { zh: expect.stringMatching(/\p{Script=Han}/u) } }]);
  });

  it('is refused where it is no sound, nothing, or far too large', async () => {
    const refused = async (bytes: Uint8Array) => (await send('/api/recordings', bytes, { name: 'a' })).body;
    expect(await refused(Buffer.from('这不是录音'.repeat(500)))).toMatchObject({ code: 'audio-unreadable' });
    expect(await refused(await sound('mute.mp4', 'testsrc=s=64x64:d=1'))).toMatchObject({ code: 'audio-no-stream' });
    const large = await send('/api/recordings', Buffer.alloc(uploadLimits.recording + 1), { name: 'a' });
    expect([large.status, large.body]).toMatchObject([413, { code: 'upload-too-large', details: { limitMb: 128 } }]);
    const empty = await send('/api/recordings', new Uint8Array(), { name: 'a' });
    expect([empty.status, empty.body]).toMatchObject([422, { code: 'upload-empty' }]);
  });

  it('goes away unless somebody uses it, and all of it is written down', async () => {
    const used = await record(await sound('used.wav', 'sine=f=500:d=3,tremolo=f=2'), { name: '在用' });
    const unused = await record(await sound('unused.wav', 'sine=f=700:d=3,tremolo=f=2'), { name: '不用' });
    const campaign = parse(await readFile(join(gateway.content, 'campaigns/morning.yaml'), 'utf8'));
    campaign.id = 'recorded';
    campaign.items[0].audio = [{ dialect: 'cmn', recording: used.name }];
    const put = await editor.call('PUT', '/api/drafts/recorded', campaign);
    expect(put.body).toMatchObject({ draft: { id: 'recorded' } });
    expect((await editor.call('POST', '/api/drafts/recorded/submit')).status).toBe(200);
    const remove = (name: string) => editor.call('DELETE', `/api/recordings/${encodeURIComponent(name)}`);
    const kept = await remove(used.name);
    expect([kept.status, kept.body]).toMatchObject([
      409,
      { code: 'media-in-use', details: { uses: ['早高峰（recorded）'] } },
    ]);
    expect((await remove(unused.name)).status).toBe(200);
    expect((await remove(unused.name)).status).toBe(404);
    const found = (await recordings()).find(({ name }) => name === used.name);
    expect(found?.uses).toEqual([
      { campaign: 'recorded', title: { zh: '早高峰', en: 'Morning' }, item: 'brushing', dialect: 'cmn' },
    ]);
    const log = (await gateway.admin('GET', '/api/audit')).body as { action: string; object: string }[];
    const told = log.map(({ action, object }) => `${action} ${object}`);
    expect(told).toContain(`recording-made media/${used.name}`);
    expect(told).toContain(`recording-removed media/${unused.name}`);
  });

  it('goes out with an export, and gives the same renditions in another gateway', async () => {
    for (const { name, title } of await recordings())
      if (title !== '在用' && title !== '一半')
        await editor.call('DELETE', `/api/recordings/${encodeURIComponent(name)}`);
    const held = await recordings();
    expect(held).toHaveLength(2);
    const view = exportSchema.parse((await gateway.admin('GET', '/api/export')).body);
    expect(view.missing).toEqual([]);
    expect(view.media.map(({ path }) => path).sort()).toEqual(held.map(({ name }) => `audio/${name}`).sort());
    const files: Record<string, string | Uint8Array> = {};
    for (const { path, text } of view.files) files[path] = text;
    for (const { path, sha256 } of view.media)
      files[path] = (await gateway.call('GET', `/blobs/${sha256}`)).body as Buffer;
    const other = await TestGateway.open({ changes: files });
    try {
      const plan = (await other.admin('POST', '/api/plan', { directory: other.content })).body as PlanView;
      const applied = await other.admin('POST', '/api/apply', { directory: other.content, plan: plan.hash });
      expect(applied.status).toBe(200);
      // The directory may be gone tomorrow.
      await rm(join(other.content, 'audio'), { recursive: true });
      await other.restart();
      const list = async () => (await other.admin('GET', '/api/recordings')).body as RecordingView[];
      await expect.poll(async () => (await list()).every(({ figures }) => figures), { timeout: 90_000 }).toBe(true);
      const facts = (all: RecordingView[]) =>
        all
          .map(({ name, sha256, renditions }) => ({ name, sha256, renditions }))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(facts(await list())).toEqual(facts(held));
      const again = exportSchema.parse((await other.admin('GET', '/api/export')).body);
      expect(again.media.map(({ sha256 }) => sha256).sort()).toEqual(view.media.map(({ sha256 }) => sha256).sort());
      const back = (await gateway.admin('POST', '/api/plan', { directory: await written(again, files) }))
        .body as PlanView;
      expect(back.entries.filter(({ change }) => !change.startsWith('desk'))).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

/** An export as a directory. */
async function written(
  view: { readonly files: readonly { path: string; text: string }[] },
  media: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const root = await mkdtemp(join(folder, 'export-'));
  const all = { ...media, ...Object.fromEntries(view.files.map(({ path, text }) => [path, text])) };
  for (const [path, content] of Object.entries(all)) {
    execFileSync('mkdir', ['-p', join(root, path, '..')]);
    await writeFile(join(root, path), content);
  }
  return root;
}

describe('a film', () => {
  it('is kept as it came, and made fit for screens', async () => {
    const film = await sound('film.mp4', 'testsrc2=s=320x240:r=10:d=2');
    const { body } = await send('/api/videos', film, { name: '三不' });
    const made = videoFileSchema.parse(body);
    expect(made.name).toMatch(/^三不-[0-9a-f]{8}\.mp4$/);
    expect(made.rendition).toMatchObject({ durationMs: 2000, format: 'mp4' });
    expect((await send('/api/videos', Buffer.from('no film at all'), { name: 'x' })).body).toMatchObject({
      code: 'video-unreadable',
    });
    const removed = await editor.call('DELETE', `/api/videos/${encodeURIComponent(made.name)}`);
    expect(removed.body).toEqual({ name: made.name });
  });
});

describe('voices', () => {
  it('are told for each dialect, with what to do where there is none', async () => {
    const { dialects, engines } = voicesSchema.parse((await editor.call('GET', '/api/voices')).body);
    const of = (dialect: string) => dialects.find((one) => one.dialect === dialect);
    expect(of('cmn')).toMatchObject({ voice: { engine: 'espeak-ng' }, places: 7, people: 1800 });
    expect(of('yue')).toMatchObject({ voice: { engine: 'espeak-ng' }, places: 1 });
    expect(of('hak')).toMatchObject({ reason: { code: 'speech-no-voice' }, people: 500 });
    expect(engines).toContainEqual({ engine: 'espeak-ng', state: 'ready' });
  });

  it('say a draft at the right loudness, once', async () => {
    const say = async (text: string, dialect: string) => await editor.call('POST', '/api/speech', { text, dialect });
    const made = speechSchema.parse((await say('请拨打96110。', 'cmn')).body);
    expect(made).toMatchObject({ engine: 'espeak-ng', spoken: '请拨打九六幺幺零。' });
    expect(Math.abs(made.lufs + 16)).toBeLessThanOrEqual(1);
    expect((await gateway.call('GET', `/blobs/${made.sha256}`)).headers.get('content-type')).toBe('audio/mpeg');
    expect((await say('请拨打96110。', 'cmn')).body).toEqual(made);
    expect((await say('下载APP', 'cmn')).body).toMatchObject({
      code: 'speech-unreadable',
      details: { parts: ['APP'] },
    });
    expect((await say('你好', 'hak')).body).toMatchObject({ code: 'speech-no-voice' });
    expect((await say('。', 'cmn')).body).toMatchObject({ code: expect.stringMatching(/^speech-/) });
  });
});

describe('an item', () => {
  it('is shown as long as it takes and as wide as it is, where it is meant for', async () => {
    const preview = async (request: object) => {
      const { status, body } = await editor.call('POST', '/api/items/preview', request);
      if (status !== 200) throw new Error(JSON.stringify(body));
      return itemPreviewSchema.parse(body);
    };
    const text = '{police_station}提醒您：不听、不信、不转账。𠮷';
    const shown = await preview({
      item: {
        text,
        audio: [
          { dialect: 'cmn', text: '不听、不信、不转账。' },
          { dialect: 'yue', text: 'APP 不可信' },
        ],
      },
      slotSeconds: 2,
    });
    expect(shown).toMatchObject({ places: 7, people: 1800, slotSeconds: 2 });
    const of = (dialect: string) => shown.audio.find((one) => one.dialect === dialect);
    expect(of('cmn')).toMatchObject({ voice: 'synthesis', engine: 'espeak-ng', estimated: false, fitsSlot: false });
    expect(of('yue')).toMatchObject({ voice: 'none', reason: { code: 'speech-unreadable' } });
    expect(of('hak')).toMatchObject({ voice: 'none', reason: { code: 'version-missing' }, places: 1 });
    const [sign] = shown.signs;
    expect(sign).toMatchObject({ columns: 128, charset: 'gbk', signs: 1, fitsStill: false, missing: ['𠮷'] });
    expect(sign?.text).toContain('城关派出所提醒您');
    expect(sign?.refused).toMatchObject({ code: 'text-missing-characters' });
    const long = await preview({ item: { audio: [{ dialect: 'cmn', text: '不听、不信、不转账。'.repeat(14) }] } });
    expect(long.audio[0]?.tooLongFor).toEqual([{ profile: 'bike-lock', maxSeconds: 20 }]);
    expect((await preview({ item: { text: '好' }, audience: { kinds: ['estate'] } })).places).toBe(2);
  });
});
