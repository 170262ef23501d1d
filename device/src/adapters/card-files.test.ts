import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeMessage, sealEnvelope } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceIdentity } from '../agent-types.js';
import { every, releaseOf, spoken } from '../testing/test-content.js';
import { TestGateway } from '../testing/test-gateway.js';
import { fillCard, readTracks } from './card-files.js';
import { FileStorage } from './file-storage.js';

let root: string;
let gateway: TestGateway;
let identity: DeviceIdentity;
let storage: FileStorage;
let card: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'xiaolaba-card-'));
  card = join(root, 'card');
  await mkdir(card);
  gateway = await TestGateway.start();
  identity = gateway.identity();
  storage = new FileStorage(join(root, 'data'));
});
afterEach(async () => {
  await gateway.stop();
  await rm(root, { recursive: true, force: true });
});

const fill = () => fillCard(storage, identity, (sha256) => join(root, 'data', 'blobs', sha256), card);

/** What a device holds after it has fetched all but the last of these items. */
async function held(items: readonly string[], fetched: number): Promise<string[]> {
  const made = items.map((id) => spoken(gateway, id, 3));
  const release = await gateway.addRelease(releaseOf(made, [every('rush', items[0] ?? '', 600)]));
  const assignment = gateway.assignment(identity, Date.now(), { releases: [release] });
  const envelope = await sealEnvelope('assignment', encodeMessage(assignment), [gateway.keys.signer]);
  await storage.replace('assignment/current', envelope);
  const names = made.flatMap(({ audio }) => audio[0]?.renditions[0]?.sha256 ?? []);
  for (const name of [release.sha256, ...names.slice(0, fetched)])
    await storage.replace(`blobs/${name}`, gateway.blobs.get(name) ?? new Uint8Array());
  return names;
}

describe('the card of an MP3 module', () => {
  it('gets what the device holds, numbered in the order of writing, and the device knows which is which', async () => {
    const [one = '', two = '', three = ''] = await held(['one', 'two', 'three'], 2);
    expect(await fill()).toEqual({ files: 2, bytes: 4_000, missing: 1 });
    expect((await readdir(join(card, 'MP3'))).sort()).toEqual(['0001.mp3', '0002.mp3']);
    expect(await readFile(join(card, 'MP3', '0002.mp3'))).toEqual(Buffer.from(gateway.blobs.get(two) ?? []));
    const tracks = await readTracks(storage);
    expect([one, two, three].map((name) => tracks.get(name))).toEqual([1, 2, undefined]);
  });

  it('takes no file that is not what it was', async () => {
    const [one = '', two = ''] = await held(['one', 'two'], 2);
    await storage.replace(`blobs/${one}`, Buffer.from('worn flash'));
    expect(await fill()).toMatchObject({ files: 1, missing: 1 });
    expect((await readTracks(storage)).get(two)).toBe(1);
  });

  it('is not written over, and not written before there is something', async () => {
    await expect(fill()).rejects.toMatchObject({ code: 'card-nothing' });
    await held(['one'], 1);
    await writeFile(join(card, 'holiday.jpg'), '');
    await expect(fill()).rejects.toMatchObject({ code: 'card-not-empty' });
    expect(await readdir(card)).toEqual(['holiday.jpg']);
    expect(await readTracks(storage)).toEqual(new Map());
  });
});
