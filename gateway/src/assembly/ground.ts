import { join } from 'node:path';
import type { PublicKey } from '@xiaolaba/protocol';
import type { Logger } from 'pino';
import type { DataDirectory } from '../data-directory.js';
import { type BlobStore, createLibrary, type Library, openBlobStore, type SpeechTool } from '../library/index.js';
import { LiveFleet, Registry } from '../registry/index.js';
import type { Store } from '../store/index.js';
import type { Work } from '../work.js';

/** What everything else stands on. */
export interface Ground {
  readonly now: () => number;
  readonly log: Logger;
  readonly work: Work;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly library: Library;
  readonly registry: Registry;
  readonly live: LiveFleet;
}

export interface GroundDeps extends Pick<Ground, 'now' | 'log' | 'work' | 'store'> {
  readonly data: DataDirectory;
  readonly cacheDirectory: string | undefined;
  readonly speech: SpeechTool;
  readonly publicKey: PublicKey;
}

export async function openGround(deps: GroundDeps): Promise<Ground> {
  const { now, log, work, store, data, speech } = deps;
  const blobs = await openBlobStore(data.blobs);
  const cacheDirectory = deps.cacheDirectory ?? join(data.root, 'cache');
  const library = createLibrary({ blobs, cacheDirectory, log, speech });
  const registry = await Registry.open(store, deps.publicKey, now);
  return { now, log, work, store, blobs, library, registry, live: new LiveFleet(now) };
}
