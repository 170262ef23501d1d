import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { proveInput } from '../bench/audio-proof.js';
import { type ProofBase, proofBase, proofInputs } from '../bench/proof-inputs.js';
import { type BlobStore, openBlobStore } from './blob-store.js';
import { createLibrary } from './library.js';
import type { Library } from './rendering.js';

let directory: string;
let base: ProofBase;
let blobs: BlobStore;
let library: Library;
const table: Record<string, string>[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'xiaolaba-proof-'));
  base = await proofBase(directory);
  blobs = await openBlobStore(join(directory, 'blobs'));
  const quiet = { debug: () => undefined, warn: () => undefined };
  library = createLibrary({ blobs, cacheDirectory: join(directory, 'cache'), log: quiet });
}, 60_000);
afterAll(async () => {
  console.table(table.sort((a, b) => names.indexOf(a['input'] ?? '') - names.indexOf(b['input'] ?? '')));
  await rm(directory, { recursive: true, force: true });
});
const names = proofInputs.map(({ name }) => name);

it.concurrent.each(proofInputs.map((input) => [input.name, input] as const))(
  '%s',
  { timeout: 120_000 },
  async (_name, input) => {
    const row = await proveInput(input, base, library, blobs);
    const told = row.outcomes.map(({ target: _, ...outcome }) => outcome);
    const shown = row.outcomes.map(({ profile, refused, lufs, truePeakDb }) => [
      profile,
      refused ?? `${lufs} LUFS, ${truePeakDb} dBTP`,
    ]);
    table.push({ input: row.name, ...Object.fromEntries(shown) });
    expect(row.held, JSON.stringify(told)).toBe(true);
  },
);

it('has at least thirty of them', () => {
  expect(proofInputs.length).toBeGreaterThanOrEqual(30);
});
