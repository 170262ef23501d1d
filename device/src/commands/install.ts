import { realpathSync } from 'node:fs';
import { rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { readConfig } from '../config/config.js';
import { readIdentity } from '../enrolment/identity-file.js';
import { readAccount } from '../install/account.js';
import { type InstallPaths, installProblems, isInHome, serialPorts } from '../install/preconditions.js';
import { deviceUnit } from '../install/unit.js';
import { installMessages } from './install-messages.js';
import { messages } from './messages.js';

const unitName = 'xiaolaba-device';

const options = {
  config: { type: 'string' },
  user: { type: 'string', default: 'xiaolaba' },
  'unit-dir': { type: 'string', default: '/etc/systemd/system' },
  print: { type: 'boolean', default: false },
} as const;

/** npx makes links in its cache, which goes. */
const following = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
};

/**
 * `xiaolaba device install`: makes this device a service of systemd, once everything that it needs is in its place.
 * @returns 0 written or printed, 1 refused, 2 called wrongly
 */
export async function installCommand(
  args: string[],
  io: CommandIo,
  program: Omit<InstallPaths, 'config'> = { node: process.execPath, program: process.argv[1] ?? '' },
): Promise<number> {
  const say = installMessages[io.language];
  const { values } = parseArgs({ args, options });
  if (!values.config) {
    io.stderr(`${messages[io.language].missingOptions(['config'])}\n`);
    return 2;
  }
  if (!/^[a-z_][a-z0-9_-]*$/.test(values.user)) {
    io.stderr(`${messages[io.language].badOption('--user')}\n`);
    return 2;
  }
  const config = await readConfig(values.config);
  const paths: InstallPaths = {
    config: resolve(values.config),
    node: following(program.node),
    program: following(program.program),
    ...(program.temporary ? { temporary: program.temporary } : {}),
  };
  const problems = await installProblems(config, paths, values.user, await readAccount(values.user));
  if (problems.length > 0) {
    const lines = problems.flatMap((problem) => [
      `  - ${say.problems[problem.code](problem)}`,
      ...(problem.hint ? [`    ${say.hint(problem.hint)}`] : []),
    ]);
    io.stderr(`${[say.refused, ...lines].join('\n')}\n`);
    return 1;
  }
  const { device } = await readIdentity(config.identity);
  const ports = serialPorts(config);
  for (const port of ports) if (!(await stat(port).catch(() => undefined))) io.stderr(`${say.unplugged(port)}\n`);
  const unit = deviceUnit({
    device,
    user: values.user,
    ...paths,
    data: config.data,
    sound: config.sound?.kind === 'alsa',
    serial: ports.length > 0,
    homes: [paths.config, paths.node, paths.program, config.identity, config.data, config.gateway.ca ?? ''].some(
      isInHome,
    ),
  });
  if (values.print) {
    io.stdout(unit);
    return 0;
  }
  const path = join(resolve(values['unit-dir']), `${unitName}.service`);
  try {
    await writeFile(`${path}.new`, unit, { mode: 0o644 });
    await rename(`${path}.new`, path);
  } catch {
    io.stderr(`${say.unwritable(path)}\n`);
    return 1;
  }
  const next = [
    'sudo systemctl daemon-reload',
    `sudo systemctl enable --now ${unitName}`,
    `journalctl --unit ${unitName} --follow`,
  ];
  io.stdout(`${[say.written(path), say.next, ...next.map((line) => `  ${line}`)].join('\n')}\n`);
  return 0;
}
