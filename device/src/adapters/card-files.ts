import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callerError, openApprovedRelease, type Rendition, renditionsFor } from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';
import type { DeviceIdentity } from '../agent-types.js';
import { openAssignment, openRelease } from '../assignment/checks.js';
import type { Storage } from '../ports/index.js';
import { readStoredKeys } from '../trust/stored-keys.js';

const indexName = 'card/tracks';
/** An MP3 module counts its files with four digits. */
const maxTracks = 2_999;

/** Where the files of an MP3 module's card lie, by their SHA-256. */
export type Tracks = ReadonlyMap<string, number>;

/** What `device card` noted when it filled the card. */
export async function readTracks(storage: Storage): Promise<Tracks> {
  const bytes = await storage.read(indexName);
  if (!bytes) return new Map();
  const index: unknown = JSON.parse(Buffer.from(bytes).toString());
  return new Map(
    Object.entries(index as Record<string, unknown>).flatMap(([sha, track]) =>
      Number.isInteger(track) ? [[sha, Number(track)]] : [],
    ),
  );
}

export interface FilledCard {
  readonly files: number;
  readonly bytes: number;
  /** Files of the assignment that the device hasn't fetched yet. */
  readonly missing: number;
}

/**
 * Puts what the device now holds on a card for its MP3 module: `MP3/0001.mp3` …, written one after the other on an
 * empty card, because these modules count in the order of the file table. The device notes which is which.
 * @throws XiaolabaError `card-not-empty`, `card-nothing` (nothing is held yet), `card-too-many`, and those of the assignment
 */
export async function fillCard(
  storage: Storage,
  identity: DeviceIdentity,
  blobPath: (sha256: string) => string,
  card: string,
): Promise<FilledCard> {
  const entries = (await readdir(card)).filter((name) => !name.startsWith('.') && name !== 'System Volume Information');
  if (entries.length > 0)
    throw callerError('card-not-empty', 'the card is not empty', { path: card, found: entries[0] });
  const wanted = await renditionsHeld(storage, identity);
  const present: Rendition[] = [];
  for (const rendition of wanted) {
    const bytes = await storage.read(`blobs/${rendition.sha256}`);
    if (bytes && sha256(bytes) === rendition.sha256) present.push(rendition);
  }
  if (present.length === 0) throw callerError('card-nothing', 'the device holds no such file yet', {});
  if (present.length > maxTracks)
    throw callerError('card-too-many', 'more files than a module counts', { most: maxTracks });
  const folder = join(card, 'MP3');
  await mkdir(folder);
  const index: Record<string, number> = {};
  try {
    for (const [at, { sha256: sha }] of present.entries()) {
      await copyFile(blobPath(sha), join(folder, `${String(at + 1).padStart(4, '0')}.mp3`));
      index[sha] = at + 1;
    }
    await writeFile(join(card, 'xiaolaba.json'), JSON.stringify({ device: identity.device, tracks: index }));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  await storage.replace(indexName, new TextEncoder().encode(JSON.stringify(index)));
  const bytes = present.reduce((sum, rendition) => sum + rendition.bytes, 0);
  return { files: present.length, bytes, missing: wanted.length - present.length };
}

async function renditionsHeld(storage: Storage, identity: DeviceIdentity): Promise<Rendition[]> {
  const envelope = await storage.read('assignment/current');
  if (!envelope) throw callerError('card-nothing', 'the device holds no assignment yet', {});
  const { trusted } = await readStoredKeys(storage, identity, () => {});
  const trust = { openRelease: (bytes: Uint8Array) => openApprovedRelease(bytes, trusted, verify) };
  const bySha = new Map<string, Rendition>();
  for (const { sha256: sha } of openAssignment(envelope, identity).releases) {
    const bytes = await storage.read(`blobs/${sha}`);
    if (!bytes) continue;
    for (const rendition of renditionsFor(openRelease(sha, bytes, identity, trust).release, identity.profile))
      if (rendition.format === 'mp3') bySha.set(rendition.sha256, rendition);
  }
  return [...bySha.values()];
}
