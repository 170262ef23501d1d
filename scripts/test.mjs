// `npm test`: sets up, runs every test, and closes with one line that says how many passed and failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root, testPrograms } from './setup.mjs';

await prepare({ programs: testPrograms });
const folder = mkdtempSync(join(tmpdir(), 'xiaolaba-test-'));
const report = join(folder, 'report.json');
const result = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
let passed = 0;
let failed = 1;
let skipped = 0;
try {
  const counts = JSON.parse(readFileSync(report, 'utf8'));
  passed = counts.numPassedTests;
  failed = counts.numFailedTests;
  skipped = counts.numPendingTests;
  // A file that could not even be loaded has no failing test of its own.
  if (failed === 0 && (counts.numFailedTestSuites > 0 || result.status !== 0)) failed = Math.max(1, counts.numFailedTestSuites);
} finally {
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
}
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
