// The dependency rule, and the proof that the tool which checks it still sees: a planted forbidden import must be found.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const cruise = (...paths) => {
  const result = spawnSync(
    join(root, 'node_modules/.bin/depcruise'),
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...paths],
    { cwd: root, encoding: 'utf8', maxBuffer: 512 * 1024 * 1024 },
  );
  if (!result.stdout) throw new Error(result.stderr || 'dependency-cruiser said nothing');
  return JSON.parse(result.stdout).summary;
};

const plants = [
  [
    'gateway/src/planted-violation.ts',
    "import { createAgent } from '@xiaolaba/device';\nexport const planted = createAgent;\n",
    'gateway-not-device',
  ],
  [
    'device/src/planted-violation.ts',
    "import { startGateway } from '@xiaolaba/gateway';\nexport const planted = startGateway;\n",
    'device-not-gateway',
  ],
  [
    'protocol/src/planted-violation.ts',
    "import { readFileSync } from 'node:fs';\nexport const planted = readFileSync;\n",
    'protocol-is-pure',
  ],
];
const uproot = () => {
  for (const [path] of plants) rmSync(join(root, path), { force: true });
};
// A run that was killed may have left its plants.
uproot();
const packages = [
  'protocol/src',
  'gateway/src',
  'gateway/console/src',
  'device/src',
  'simulator/src',
  'simulator/bench-page/src',
  'cli/src',
];
const summary = cruise(...packages);
for (const { rule, from, to } of summary.violations) console.error(`${rule.severity} ${rule.name}: ${from} → ${to}`);
console.log(
  `${summary.totalCruised} modules, ${summary.totalDependenciesCruised} dependencies, ${summary.error} violations`,
);
let failed = summary.error > 0 || summary.totalCruised < 50;

for (const [path, text, rule] of plants) {
  try {
    writeFileSync(join(root, path), text);
    const found = cruise(path).violations.some((violation) => violation.rule.name === rule);
    console.log(`planted ${rule}: ${found ? 'found' : 'NOT FOUND'}`);
    failed ||= !found;
  } finally {
    rmSync(join(root, path), { force: true });
  }
}
process.exitCode = failed ? 1 : 0;
