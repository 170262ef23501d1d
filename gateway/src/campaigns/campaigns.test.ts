import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeMessage,
  errorCode,
  filesFor,
  fixedKeys,
  releaseLimits,
  releaseSchema,
  sealEnvelope,
  toBase64,
} from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLibrary, openBlobStore } from '../library/index.js';
import { MediaShelf } from '../recordings/index.js';
import { Registry } from '../registry/index.js';
import { TemporaryStore } from '../store/testing/temporary-store.js';
import { at, silent } from '../testing/open-gateway.js';
import { smallContent } from '../testing/small-content.js';
import { Campaigns } from './campaigns.js';
import { ContentService } from './content-service.js';

const approver = generateKeyPair();
const decoder = new TextDecoder();

const twoStations = {
  'district.yaml': `id: small
name: { zh: 小县, en: Small County }
zone: Asia/Shanghai
demo: true
townships: [{ id: town, name: { zh: 城关镇, en: Town } }]
police-stations:
  - { id: station, name: { zh: 城关派出所, en: Town Station }, township: town }
  - { id: post, name: { zh: 东郊警务站, en: East Post }, township: town }
`,
};
const sites = (stationOfTwo: string) => ({
  'sites/sites.csv': `id,kind,name_zh,name_en,township,police_station,longitude,latitude,dialects,quiet_hours,volume_cap,noise_zone,people
estate-1,estate,甲小区,Estate A,town,station,115.1,23.4,cmn yue,22:00-06:00,70,2,1000
estate-2,estate,乙小区,Estate B,town,${stationOfTwo},115.11,23.41,hak cmn,22:00-06:00,70,2,500
stop-1,stop,东站,East Stop,town,station,115.12,23.4,cmn,22:00-06:00,70,2,100
stop-2,stop,西站,West Stop,town,station,115.14,23.4,cmn,22:00-06:00,70,2,100
parking-1,parking,停放点,Parking,town,station,115.105,23.405,cmn,22:00-06:00,70,2,100
`,
});
/** Text on a sign needs no audio work: what is frozen, not what it sounds like, is the matter of most of these tests. */
const ticker = (text: string, more = '') => ({
  'campaigns/morning.yaml': undefined,
  'campaigns/arrival.yaml': undefined,
  'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
sign-1,booth-sign,site/estate-1,64,16,gbk
sign-2,booth-sign,site/estate-2,64,16,gbk
`,
  'campaigns/ticker.yaml': `id: ticker
title: { zh: 滚动字幕, en: Ticker }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [booth-sign], kinds: [estate]${more} }
items: [{ id: line, title: { zh: 一, en: One }, text: "${text}" }]
cues:
  - id: all-day
    items: [line]
    output: text
    windows: [{ days: every-day, from: "07:00", to: "20:00" }]
    continuous: true
    priority: 20
`,
});

let temporary: TemporaryStore;
let campaigns: Campaigns;
let content: ContentService;
let now: number;
const written: string[] = [];

async function open(): Promise<void> {
  const { store, root } = temporary;
  const blobs = await openBlobStore(join(root, 'blobs'));
  const library = createLibrary({ blobs, cacheDirectory: join(root, 'cache'), log: silent });
  const registry = await Registry.open(store, generateKeyPair().publicKey, () => now);
  campaigns = await Campaigns.open({
    store,
    blobs,
    library,
    trusted: () => fixedKeys([approver.publicKey]),
    now: () => now,
    log: silent,
  });
  const shelf = new MediaShelf({ store, blobs, directory: join(root, 'media') });
  content = await ContentService.open({ store, blobs, registry, campaigns, shelf, log: silent });
}
beforeEach(async () => {
  now = at('06:00');
  temporary = await TemporaryStore.open();
  await open();
});
afterEach(async () => {
  await temporary.close();
  for (const directory of written.splice(0)) await rm(directory, { recursive: true, force: true });
});

async function importing(changes: Parameters<typeof smallContent>[0] = {}): Promise<void> {
  const directory = await smallContent(changes);
  written.push(directory);
  const { accepted, problems } = await content.import(directory);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(accepted).toBe(true);
}
const rows = () => temporary.store.selectFrom('campaigns').selectAll().orderBy('id').execute();
const candidates = (campaign?: string) => {
  const query = temporary.store.selectFrom('candidates').selectAll().orderBy('variant');
  return (campaign === undefined ? query : query.where('campaign', '=', campaign)).execute();
};
const problemsOf = async (campaign: string) => {
  const row = (await rows()).find(({ id }) => id === campaign);
  return JSON.parse(row?.problems ?? 'null') as { severity: string; code: string; dialect?: string }[];
};
const sealed = async (sha256: string, pair = approver) =>
  await sealEnvelope('release', await campaigns.candidate(sha256), [pair.signer]);
async function approveAll(): Promise<void> {
  for (const { sha256 } of await candidates()) await campaigns.approve(await sealed(sha256));
}
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => errorCode(error),
  );
const testFilm = (seconds: number): Uint8Array =>
  execFileSync('ffmpeg', [
    ...['-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc2=s=64x36:r=10:d=${seconds}`],
    ...['-movflags', 'frag_keyframe+empty_moov', '-f', 'mp4', 'pipe:1'],
  ]);
const standing = () =>
  campaigns
    .standing()
    .map(({ release }) => `${release.variant ?? ''} ${release.revision} ${release.audience.places.length}`)
    .sort();

describe('a draft', () => {
  it('is frozen with its audience, hours, voices and what stands in for a dialect', async () => {
    await importing();
    const [morning] = await candidates('morning');
    const release = decodeMessage(releaseSchema, Buffer.from(morning?.payload ?? ''), releaseLimits);
    expect(release).toMatchObject({
      campaign: 'morning',
      revision: 1,
      validFrom: at('00:00', '2026-01-01'),
      validUntil: at('00:00', '2027-01-01'),
      audience: { profiles: ['loudspeaker'], places: ['site/estate-1', 'site/estate-2'] },
    });
    expect(release.items[0]?.audio.map(({ dialect, voice }) => [dialect, voice])).toEqual([['cmn', 'synthesis']]);
    // Nobody has written, recorded or can speak the Hakka wording: Mandarin stands in, and the editor is told.
    expect(await problemsOf('morning')).toMatchObject([{ severity: 'warning', dialect: 'hak' }]);
    expect((await rows()).map(({ id, state }) => [id, state])).toEqual([
      ['arrival', 'candidate'],
      ['morning', 'candidate'],
    ]);
  });

  it('with a recording that is none is no candidate, and keeps no other from being one', async () => {
    await importing({
      ...ticker('刷单就是诈骗'),
      'campaigns/morning.yaml': `id: morning
title: { zh: 早高峰, en: Morning }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [loudspeaker], kinds: [estate] }
items: [{ id: brushing, title: { zh: 刷单, en: Brushing }, audio: [{ dialect: cmn, recording: broken.mp3 }] }]
cues:
  - { id: rush, items: [brushing], output: audio, windows: [{ days: workdays, from: "07:00", to: "08:00" }], every: 30m, priority: 50, volume-cap: 80 }
`,
      'audio/broken.mp3': 'this is no sound',
    });
    expect((await rows()).map(({ id, state }) => [id, state])).toEqual([
      ['morning', 'failed'],
      ['ticker', 'candidate'],
    ]);
    expect(await candidates('morning')).toEqual([]);
    expect((await problemsOf('morning')).map(({ severity, code }) => [severity, code])).toEqual([
      ['error', 'audio-unreadable'],
      ['error', 'no-voice-at-all'],
    ]);
  });

  it('brings its film to screens, and is frozen anew when the film has changed under its name', async () => {
    const screens = `id: screens
title: { zh: 车载屏, en: Screens }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [bus-screen], kinds: [route] }
items: [{ id: line, title: { zh: 一, en: One }, text: 谨防诈骗, video: film.mp4 }]
cues:
  - { id: day, items: [line], output: text, windows: [{ days: every-day, from: "07:00", to: "20:00" }], continuous: true, priority: 20 }
`;
    const files = (seconds: number) => ({
      'campaigns/morning.yaml': undefined,
      'campaigns/arrival.yaml': undefined,
      'campaigns/screens.yaml': screens,
      'video/film.mp4': testFilm(seconds),
    });
    await importing(files(1));
    const frozen = async () => {
      const [row] = await candidates('screens');
      return decodeMessage(releaseSchema, Buffer.from(row?.payload ?? ''), releaseLimits);
    };
    const first = await frozen();
    expect(first.items[0]?.video).toMatchObject({ format: 'mp4', durationMs: 1_000 });
    expect(filesFor(first, 'bus-screen')).toMatchObject([{ sha256: first.items[0]?.video?.sha256 }]);
    expect(filesFor(first, 'booth-sign')).toEqual([]);
    await importing(files(2));
    expect((await frozen()).items[0]?.video).toMatchObject({ durationMs: 2_000 });
  });

  it('becomes one candidate for each police station that its text names', async () => {
    await importing({ ...twoStations, ...sites('post'), ...ticker('{police_station}提醒您：刷单就是诈骗') });
    const texts = (await candidates()).map(({ variant, payload }) => {
      const release = decodeMessage(releaseSchema, Buffer.from(payload), releaseLimits);
      return [variant, release.items[0]?.text, release.audience.places];
    });
    expect(texts).toEqual([
      ['post', '东郊警务站提醒您：刷单就是诈骗', ['site/estate-2']],
      ['station', '城关派出所提醒您：刷单就是诈骗', ['site/estate-1']],
    ]);
  });

  it('that reads as it did keeps its candidates and releases, also after a restart', async () => {
    await importing(ticker('刷单就是诈骗'));
    await approveAll();
    const before = { rows: await rows(), candidates: await candidates(), standing: standing() };
    now += 60_000;
    await importing(ticker('刷单就是诈骗'));
    await temporary.reopen();
    await open();
    expect(content.model()?.sites.size).toBe(5);
    await importing(ticker('刷单就是诈骗'));
    expect({ rows: await rows(), candidates: await candidates(), standing: standing() }).toEqual(before);
  });

  it('is frozen anew when its words, its audience or what its fields stand for have changed', async () => {
    const revisions: (number | undefined)[] = [];
    const note = async (changes: Parameters<typeof smallContent>[0]) => {
      await importing(changes);
      revisions.push((await rows())[0]?.revision);
    };
    const text = '{police_station}提醒您';
    await note({ ...twoStations, ...sites('station'), ...ticker(text) });
    await note({ ...twoStations, ...sites('post'), ...ticker(text) });
    const renamed = { 'district.yaml': twoStations['district.yaml'].replace('东郊警务站', '东郊派出所') };
    await note({ ...renamed, ...sites('post'), ...ticker(text) });
    await note({ ...renamed, ...sites('post'), ...ticker(`${text}：莫刷单`) });
    await note({ ...renamed, ...sites('post'), ...ticker(`${text}：莫刷单`, ', sites: [estate-1]') });
    await note({ ...renamed, ...sites('post'), ...ticker(`${text}：莫刷单`, ', sites: [estate-1]') });
    expect(revisions).toEqual([1, 2, 3, 4, 5, 5]);
  });

  it('is frozen anew when a recording has changed under its name', async () => {
    const audio = (hertz: number) => {
      const samples = Buffer.alloc(2 * 16_000 * 2);
      for (let index = 0; index < samples.length / 2; index++)
        samples.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hertz * index) / 16_000)), index * 2);
      const head = Buffer.from(
        '524946460000000057415645666d74201000000001000100803e0000007d0000020010006461746100000000',
        'hex',
      );
      head.writeUInt32LE(36 + samples.length, 4);
      head.writeUInt32LE(samples.length, 40);
      return Buffer.concat([head, samples]);
    };
    const directory = await smallContent({
      'campaigns/arrival.yaml': undefined,
      'campaigns/morning.yaml': `id: morning
title: { zh: 早高峰, en: Morning }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [loudspeaker], kinds: [estate] }
items: [{ id: brushing, title: { zh: 刷单, en: Brushing }, audio: [{ dialect: cmn, recording: tone.wav }] }]
cues:
  - { id: rush, items: [brushing], output: audio, windows: [{ days: workdays, from: "07:00", to: "08:00" }], every: 30m, priority: 50, volume-cap: 80 }
`,
      'audio/tone.wav': audio(440),
    });
    written.push(directory);
    await mkdir(join(directory, 'audio'), { recursive: true });
    const revision = async () => {
      expect((await content.import(directory)).accepted).toBe(true);
      const [row] = await rows();
      expect(row?.state).toBe('candidate');
      return row?.revision;
    };
    expect(await revision()).toBe(1);
    expect(await revision()).toBe(1);
    await writeFile(join(directory, 'audio/tone.wav'), audio(660));
    expect(await revision()).toBe(2);
  });

  it('with errors in the files changes nothing', async () => {
    await importing(ticker('刷单就是诈骗'));
    const before = { rows: await rows(), candidates: await candidates(), sites: content.model()?.sites.size };
    const directory = await smallContent({ ...ticker('另一句'), 'campaigns/broken.yaml': 'id: [unclosed' });
    written.push(directory);
    const { accepted, problems } = await content.import(directory);
    expect(accepted).toBe(false);
    expect(problems.some(({ file, severity }) => file.includes('broken.yaml') && severity === 'error')).toBe(true);
    expect({ rows: await rows(), candidates: await candidates(), sites: content.model()?.sites.size }).toEqual(before);
  });

  it('may be imported twice at the same time', async () => {
    await Promise.all([importing(ticker('刷单就是诈骗')), importing(ticker('刷单就是诈骗'))]);
    expect((await rows()).map(({ state, revision }) => [state, revision])).toEqual([['candidate', 1]]);
    expect(await candidates()).toHaveLength(1);
  });
});

describe('an approval', () => {
  const only = async () => {
    const [candidate] = await candidates();
    if (!candidate) throw new Error('no candidate');
    return candidate.sha256;
  };

  it('puts the exact bytes on air, under the name of the envelope', async () => {
    await importing(ticker('刷单就是诈骗'));
    const sha256 = await only();
    const release = await campaigns.approve(await sealed(sha256));
    expect(release).toMatchObject({ approvedBy: [approver.publicKey.kid], publishedAt: now, withdrawnAt: undefined });
    const row = await temporary.store.selectFrom('releases').selectAll().executeTakeFirst();
    expect(row).toMatchObject({ sha256: release.sha256, payload_sha256: sha256 });
    expect(row?.payload).toBe(decoder.decode(await campaigns.candidate(sha256)));
    await temporary.reopen();
    await open();
    expect(campaigns.release(release.sha256)).toEqual(release);
  });

  it('is refused by another key, over tampered bytes, of another type, and without bytes', async () => {
    await importing(ticker('刷单就是诈骗'));
    const sha256 = await only();
    expect(await codeOf(campaigns.approve(await sealed(sha256, generateKeyPair())))).toBe('signature-unknown-key');
    const envelope = JSON.parse(decoder.decode(await sealed(sha256))) as { payload: string };
    const payload = Buffer.from(envelope.payload, 'base64').toString().replace('刷单就是诈骗', '刷单真是赚钱');
    const tampered = { ...envelope, payload: toBase64(Buffer.from(payload)) };
    expect(await codeOf(campaigns.approve(Buffer.from(JSON.stringify(tampered))))).toBe('signature-bad');
    const stop = await sealEnvelope('stop', await campaigns.candidate(sha256), [approver.signer]);
    expect(await codeOf(campaigns.approve(stop))).toBe('envelope-type');
    expect(await codeOf(campaigns.approve(new Uint8Array()))).toBe('message-not-json');
    expect(await codeOf(campaigns.approve(await sealEnvelope('release', Buffer.from('{}'), [approver.signer])))).toBe(
      'message-malformed',
    );
    expect(await codeOf(campaigns.candidate('0'.repeat(64)))).toBe('candidate-unknown');
    expect(standing()).toEqual([]);
  });

  it('of a candidate that has been replaced is refused', async () => {
    await importing(ticker('刷单就是诈骗'));
    const stale = await sealed(await only());
    await importing(ticker('莫刷单'));
    expect(await codeOf(campaigns.approve(stale))).toBe('candidate-unknown');
    expect(standing()).toEqual([]);
  });

  it('given twice, at once or signed anew, is one release', async () => {
    await importing(ticker('刷单就是诈骗'));
    const envelope = await sealed(await only());
    const [first, second] = await Promise.all([campaigns.approve(envelope), campaigns.approve(envelope)]);
    expect(second).toEqual(first);
    const reworded = Buffer.from(JSON.stringify(JSON.parse(decoder.decode(envelope)), null, 1));
    expect(await campaigns.approve(reworded)).toEqual(first);
    expect(standing()).toEqual([' 1 2']);
  });

  it('of a new revision withdraws the one before, which can not come back', async () => {
    await importing(ticker('刷单就是诈骗'));
    const old = await sealed(await only());
    const first = await campaigns.approve(old);
    await importing(ticker('莫刷单'));
    expect(standing()).toEqual([' 1 2']);
    now += 60_000;
    await approveAll();
    expect(standing()).toEqual([' 2 2']);
    expect(campaigns.release(first.sha256)?.withdrawnAt).toBe(now);
    expect(await codeOf(campaigns.approve(old))).toBe('candidate-unknown');
    await temporary.reopen();
    await open();
    expect(standing()).toEqual([' 2 2']);
    expect(campaigns.releases()).toHaveLength(2);
  });

  it('withdraws variants that a revision no longer has once all of the revision is approved', async () => {
    await importing({ ...twoStations, ...sites('post'), ...ticker('刷单就是诈骗') });
    await approveAll();
    expect(standing()).toEqual([' 1 2']);
    await importing({ ...twoStations, ...sites('post'), ...ticker('{police_station}提醒您') });
    const [post, station] = await candidates();
    await campaigns.approve(await sealed(post?.sha256 ?? ''));
    // The other station's estate keeps what it has until its own text is approved.
    expect(standing()).toEqual([' 1 2', 'post 2 1']);
    await campaigns.approve(await sealed(station?.sha256 ?? ''));
    expect(standing()).toEqual(['post 2 1', 'station 2 1']);
  });
});

it('ends an import after the draft that it is at, and takes the rest up next time', async () => {
  const directory = await smallContent();
  written.push(directory);
  const importing = content.import(directory);
  while ((await rows()).length === 0) await new Promise((resolve) => setImmediate(resolve));
  await content.close();
  await importing;
  expect((await rows()).map(({ id, state }) => [id, state])).toEqual([['arrival', 'candidate']]);
  await open();
  expect((await content.import(directory)).accepted).toBe(true);
  expect((await rows()).map(({ state, revision }) => [state, revision])).toEqual([
    ['candidate', 1],
    ['candidate', 1],
  ]);
});
