/** Journals plays until it is killed; prints a line for each that is safe. Run by the storage's test. */
import { FileStorage } from '../adapters/file-storage.js';
import { Journal, readAlive } from '../journal/journal.js';
import type { PlayDraft } from '../journal/lines.js';

const [folder = '', boot = ''] = process.argv.slice(2);
const storage = new FileStorage(folder);
const journal = new Journal(
  storage,
  { device: 'ls-0001', boot, maxBytes: 1 << 23 },
  { debug() {}, info() {}, warn() {}, error() {} },
);
await journal.open('0.1.0', 1_000, await readAlive(storage));
for (let n = 1; ; n++) {
  const draft: PlayDraft = {
    kind: 'play',
    at: n * 1_000,
    release: 'a'.repeat(64),
    campaign: 'weekly',
    cue: 'rush',
    item: 'digest',
    output: 'audio',
    dueAt: n * 1_000,
    startedAt: n * 1_000,
    playedMs: 1_000,
    expectedMs: 1_000,
    result: 'completed',
    evidence: 'claimed',
    pauses: 0,
  };
  await journal.mark({ ...draft, result: 'refused', cause: 'offline' });
  await journal.append(draft);
  process.stdout.write(`${n}\n`);
}
