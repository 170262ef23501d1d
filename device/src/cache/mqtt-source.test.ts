import { decodeMessage, encodeChunk, type Item, maxWindowBytes, wantSchema } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Life } from '../life.js';
import { every, morning, releaseOf, spoken } from '../testing/test-content.js';
import { TestDevice } from '../testing/test-device.js';
import { TestGateway } from '../testing/test-gateway.js';
import { TestStorage } from '../testing/test-storage.js';
import { TestWorld } from '../testing/test-world.js';
import { MqttSource } from './mqtt-source.js';

const kib = 1024;
let gateway: TestGateway;
let world: TestWorld;
let device: TestDevice;

beforeEach(async () => {
  gateway = await TestGateway.start();
  world = new TestWorld(morning);
  const place = 'fleet/bikes';
  device = new TestDevice(world, gateway, gateway.identity({ device: 'bike-1', profile: 'bike-lock', place }));
  await device.start();
});
afterEach(async () => {
  device.agent?.cut();
  await gateway.stop();
  expect(world.errors).toEqual([]);
});

const shaOf = (item: Item): string => item.audio[0]?.renditions[0]?.sha256 ?? '';
const wantsOf = (sha256: string): [from: number, most: number][] =>
  gateway.wants.filter((want) => want.sha256 === sha256).map(({ from, most }) => [from, most]);
const partial = (sha256: string): number | undefined => device.storage.files.get(`partial/${sha256}`)?.length;
const stages = (): string[] => gateway.progress.map(({ stage }) => stage);
const refusals = (): (string | undefined)[] =>
  gateway.progress.filter(({ stage }) => stage === 'refused').map(({ reason }) => reason);

/** A sound of so many bytes, to be played by an assignment that is on its way; what the gateway does first is up to the test. */
async function assign(size: number, before: (sha256: string) => void = () => {}): Promise<string> {
  const item = spoken(gateway, 'prompt', 20, size);
  const audience = { profiles: ['bike-lock' as const], places: ['fleet/bikes'] };
  const release = await gateway.addRelease(releaseOf([item], [every('rush', 'prompt', 600)], { audience }));
  const assignment = gateway.assignment(device.identity, world.now(), { releases: [release] });
  before(shaOf(item));
  await gateway.assign(assignment);
  await world.settle();
  return shaOf(item);
}

describe('a lock without HTTP', () => {
  it('gets all it needs in chunks, in windows that grow while the link carries them', async () => {
    const sha256 = await assign(600 * kib);
    expect(stages()).toEqual(['received', 'fetching', 'ready', 'active']);
    expect(gateway.requests).toEqual([]);
    expect(wantsOf(sha256)).toEqual([
      [0, 16 * kib],
      [16 * kib, 32 * kib],
      [48 * kib, 64 * kib],
      [112 * kib, maxWindowBytes],
      [240 * kib, maxWindowBytes],
      [368 * kib, maxWindowBytes],
      [496 * kib, 104 * kib],
    ]);
    expect(device.storage.files.get(`blobs/${sha256}`)).toHaveLength(600 * kib);
    expect(partial(sha256)).toBeUndefined();
  });

  it('goes on after a broken link without fetching a byte twice', async () => {
    const sha256 = await assign(300 * kib, (sha) => {
      gateway.breakBlob = { sha256: sha, after: 80 * kib };
    });
    expect(partial(sha256)).toBe(80 * kib);
    await world.advance(5_000);
    expect(stages().at(-1)).toBe('active');
    const wanted = wantsOf(sha256);
    expect(wanted.slice(2, 4)).toEqual([
      [48 * kib, 64 * kib],
      [80 * kib, 32 * kib],
    ]);
    const held = [...device.storage.files].filter(([name]) => name.startsWith('blobs/'));
    expect(gateway.chunkBytes).toBe(held.reduce((sum, [, bytes]) => sum + bytes.length, 0));
  });

  it('goes on after a power cut with what is on the medium', async () => {
    const sha256 = await assign(300 * kib, () => {
      // Release, calendar and four windows of the sound come; then the gateway falls silent.
      gateway.wantsMeet.push(...Array<'twice'>(6).fill('twice'), 'silence');
    });
    expect(wantsOf(sha256).at(-1)).toEqual([240 * kib, 60 * kib]);
    device.agent?.cut();
    expect(partial(sha256)).toBe(144 * kib);
    const before = gateway.wants.length;
    await device.start();
    await world.advance(5_000);
    expect(stages().at(-1)).toBe('active');
    expect(gateway.wants.slice(before).map(({ from }) => from)).toEqual([144 * kib, 160 * kib, 192 * kib, 256 * kib]);
  });

  it('drops a chunk that was spoilt on the way, and asks for it again', async () => {
    const sha256 = await assign(100 * kib, () => {
      // Release, calendar and the first window of the sound come as they should.
      gateway.wantsMeet.push('twice', 'twice', 'twice', 'spoilt');
    });
    await world.advance(5_000);
    expect(stages().at(-1)).toBe('active');
    expect(refusals()).toEqual([]);
    const [first, spoilt, ...again] = wantsOf(sha256);
    expect([first, spoilt, again[0]]).toEqual([
      [0, 16 * kib],
      [16 * kib, 32 * kib],
      [16 * kib, 16 * kib],
    ]);
    expect(again.reduce((bytes, [, most]) => bytes + most, 0)).toBe(84 * kib);
  });

  it('takes chunks that come twice once', async () => {
    await assign(100 * kib, () => gateway.wantsMeet.push('twice', 'twice', 'twice', 'twice', 'twice'));
    expect(stages().at(-1)).toBe('active');
    expect(gateway.wants).toHaveLength(5);
  });

  it('asks again when it was told to come later, less and less often', async () => {
    await assign(20 * kib, () => gateway.wantsMeet.push('later', 'later', 'later', 'later'));
    expect(stages()).toEqual(['received']);
    await world.advance(4_000);
    expect(gateway.wants.length).toBe(3);
    await world.advance(30_000);
    expect(stages().at(-1)).toBe('active');
  });

  it('waits half a minute for an answer, and beats on meanwhile', async () => {
    await assign(20 * kib, () => gateway.wantsMeet.push('silence', 'silence', 'silence'));
    const beats = gateway.beats.length;
    await world.advance(29_000);
    expect(gateway.wants).toHaveLength(1);
    await world.advance(300_000);
    expect(stages().at(-1)).toBe('active');
    expect(gateway.beats.length).toBeGreaterThan(beats);
  });

  it('gives up a blob that there is not, or that is not what was signed, and goes on without it', async () => {
    const spoilt = await assign(20 * kib, (sha256) => {
      const bytes = Buffer.from(gateway.blobs.get(sha256) ?? []);
      bytes[5_000] = (bytes[5_000] ?? 0) ^ 1;
      gateway.blobs.set(sha256, bytes);
    });
    await world.advance(5_000);
    expect(wantsOf(spoilt).filter(([from]) => from === 0)).toHaveLength(3);
    expect(partial(spoilt)).toBeUndefined();
    expect(device.storage.files.has(`blobs/${spoilt}`)).toBe(false);
    const absent = spoken(gateway, 'absent', 20, 5_000);
    gateway.blobs.delete(shaOf(absent));
    const short = spoken(gateway, 'short', 20, 5_000);
    gateway.blobs.set(shaOf(short), new Uint8Array(4_000));
    const audience = { profiles: ['bike-lock' as const], places: ['fleet/bikes'] };
    const items = [absent, short];
    const cues = items.map(({ id }) => every(`cue-${id}`, id, 600));
    const release = await gateway.addRelease(releaseOf(items, cues, { audience, campaign: 'other' }));
    await gateway.assign(gateway.assignment(device.identity, world.now(), { version: 2, releases: [release] }));
    await world.settle();
    expect(refusals()).toEqual(['blob-unobtainable', 'blob-unobtainable', 'blob-unobtainable']);
    expect([shaOf(absent), shaOf(short)].map((sha256) => wantsOf(sha256).length)).toEqual([3, 3]);
    expect(stages().at(-1)).toBe('active');
  });
});

describe('windows', () => {
  const size = 600 * kib;
  const ref = { sha256: 'ab'.repeat(32), bytes: size };

  /** What a source asks for over a link that carries so many bytes a second, and loses what is longer than `most`. */
  async function windowsOver(bytesPerSecond: (at: number) => number, most = maxWindowBytes): Promise<number[]> {
    const slow = new TestWorld(morning);
    const life = new Life(slow, slow, new TestStorage());
    const windows: number[] = [];
    let have = 0;
    const source = new MqttSource(life, async (payload) => {
      const want = decodeMessage(wantSchema, payload);
      windows.push(want.most);
      const bytes = new Uint8Array(Math.min(want.most, 32 * kib));
      for (let offset = want.from; offset < want.from + want.most; offset += bytes.length) {
        const part = bytes.subarray(0, Math.min(bytes.length, want.from + want.most - offset));
        const arrives = ((offset + part.length - want.from) / bytesPerSecond(slow.monotonic())) * 1000;
        if (want.most > most) continue;
        const { sha256 } = ref;
        slow.after(arrives, () => source.receive(encodeChunk({ kind: 'bytes', sha256, size, offset, bytes: part })));
      }
    });
    const fetchRest = async (): Promise<void> => {
      const { parts } = await source.open(ref, have, new AbortController().signal);
      for await (const part of parts) have += part.length;
    };
    slow.run('fetch', async () => {
      while (have < size) await fetchRest().catch(() => {});
    });
    await slow.advance(3_600_000);
    expect(have).toBe(size);
    expect(slow.errors).toEqual([]);
    return windows;
  }

  it('shrink to what a slow link carries in two seconds, and grow when it gets better', async () => {
    const windows = await windowsOver((at) => (at < 60_000 ? 3 * kib : 1024 * kib));
    expect(windows.slice(0, 6)).toEqual([16, 6, 6, 6, 6, 6].map((count) => count * kib));
    expect(Math.max(...windows)).toBe(maxWindowBytes);
  });

  it('shrink when nothing comes of them', async () => {
    const windows = await windowsOver(() => 1024 * kib, 5 * kib);
    expect(windows.slice(0, 6)).toEqual([16 * kib, 8 * kib, 4096, 4608, 5184, 4096]);
    expect(windows.filter((bytes) => bytes > 5 * kib).length).toBeLessThan(windows.length / 2);
  });
});
