// `npm test`: sets up, runs every test, and closes with one line that says how many passed and failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root, testPrograms } from './setup.mjs';
import { countTests } from './test-counts.mjs';

await prepare({ programs: testPrograms });
const folder = mkdtempSync(join(tmpdir(), 'xiaolaba-test-'));
const report = join(folder, 'report.json');
const result = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
let text;
try {
  text = readFileSync(report, 'utf8');
} catch {
  // Without a report nothing is known to have passed.
}
rmSync(folder, { recursive: true, force: true });
const { passed, failed, skipped } = countTests(text, result.status);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
