// `npm run check`: the whole gate, in the order in which a failure is cheapest to find.
import { spawnSync } from 'node:child_process';
import { prepare, root, testPrograms } from './setup.mjs';

await prepare({ programs: testPrograms });
const steps = [
  ['format and lint', ['run', '--silent', 'check:format']],
  ['types', ['run', '--silent', 'check:types']],
  ['types of the console', ['run', '--silent', 'typecheck', '-w', '@xiaolaba/console']],
  ['types of the bench page', ['run', '--silent', 'typecheck', '-w', '@xiaolaba/bench-page']],
  ['dependency rule', ['run', '--silent', 'check:boundaries']],
  ['dead code', ['run', '--silent', 'check:dead-code']],
  ['playlists', ['run', '--silent', 'check:playlists']],
  ['tests', ['test', '--silent']],
];
for (const [name, args] of steps) {
  console.log(`\n── ${name}`);
  if (spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) {
    console.error(`\n✗ ${name}`);
    process.exit(1);
  }
}
console.log('\n✓ all checks passed');
