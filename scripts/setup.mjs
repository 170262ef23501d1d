// Everything that has to be there before the product runs. Plain JavaScript: it runs before npm packages exist.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDebianPackages, SetupError } from './debian-packages.mjs';
import { withLock } from './lock.mjs';
import { npmPackagesStand } from './npm-packages.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Debian packages by the program, or the file, that each one brings. */
const runtimePrograms = {
  ffmpeg: 'ffmpeg',
  'espeak-ng': 'espeak-ng',
  '/usr/share/unifont/unifont.hex': 'unifont',
};
export const testPrograms = { chromium: 'chromium', mosquitto_sub: 'mosquitto-clients', socat: 'socat' };

/** Standard output belongs to the command, which may be writing JSON. */
const say = (text) => process.stderr.write(`${text}\n`);

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  return result.status === 0;
}

/** A program on the path, or a file with its whole path. */
const isOnPath = (program) =>
  program.startsWith('/')
    ? existsSync(program)
    : (process.env.PATH ?? '').split(':').some((folder) => folder && existsSync(join(folder, program)));

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    `需要 Node.js 20.19 或更新，现为 ${process.versions.node}。 / Node.js 20.19 or newer is needed.`,
  );
}

function installNpmPackages() {
  say('· 安装 npm 依赖（首次约一分钟） / installing npm packages (about a minute the first time)');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    throw new SetupError('npm ci 失败，见上面的输出。 / npm ci failed, see above.');
  }
}

const missingPrograms = (programs) => Object.entries(programs).filter(([program]) => !isOnPath(program));
const system = { isRoot: process.getuid?.() === 0, isOnPath, run };

const skipped = new Set(['node_modules', 'dist', '.git', '.xiaolaba']);

function newest(path, accept) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  let latest = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (skipped.has(entry.name) || !(entry.isDirectory() || accept(entry.name))) continue;
    latest = Math.max(latest, newest(join(path, entry.name), accept));
  }
  return latest;
}

const isCode = (name) => /\.(ts|mts|json)$/.test(name) && !name.endsWith('.test.ts');
const isPage = (name) => /\.(ts|vue|css|html|json|svg)$/.test(name) && !name.endsWith('.test.ts');

/** What is built, from what, and one file that is there once it is. */
const builds = [
  {
    name: 'packages',
    sources: ['protocol', 'gateway/src', 'device', 'simulator/src', 'cli', 'tsconfig.base.json', 'tsconfig.json'],
    accept: isCode,
    result: 'cli/dist/main.js',
    text: '· 编译 / compiling',
    command: [join(root, 'node_modules/.bin/tsc'), '-b'],
  },
  {
    name: 'console',
    sources: ['gateway/console', 'gateway/src/api'],
    accept: isPage,
    result: 'gateway/console/dist/index.html',
    text: '· 生成控制台页面 / building the console',
    command: ['npm', 'run', '--silent', 'build', '-w', '@xiaolaba/console'],
  },
  {
    name: 'bench-page',
    sources: [
      'simulator/bench-page',
      'simulator/src/bench',
      'gateway/console/src/shell',
      'gateway/console/src/coverage',
    ],
    accept: isPage,
    result: 'simulator/bench-page/dist/index.html',
    text: '· 生成测试工位页面 / building the bench page',
    command: ['npm', 'run', '--silent', 'build', '-w', '@xiaolaba/bench-page'],
  },
];

const stamps = join(root, 'node_modules/.xiaolaba-built');
const newestSource = ({ sources, accept }) => Math.max(...sources.map((path) => newest(join(root, path), accept)));

function isBuilt(build) {
  const stamp = join(stamps, build.name);
  return (
    existsSync(join(root, build.result)) &&
    existsSync(stamp) &&
    Number(readFileSync(stamp, 'utf8')) >= newestSource(build)
  );
}

function runBuild(build) {
  say(build.text);
  // Read before the build: what changes meanwhile is built the next time.
  const latest = newestSource(build);
  const [command, ...args] = build.command;
  if (!run(command, args)) throw new SetupError(`${build.text} … 失败 / failed`);
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, build.name), String(latest));
}

/**
 * Sets up and builds; where nothing has changed it takes no time and writes nothing, so it also runs on a read-only
 * disk. Ends the process with a plain message where it can't. `XIAOLABA_SETUP=off` leaves everything as it is.
 */
export async function prepare({ programs = {} } = {}) {
  if (process.env.XIAOLABA_SETUP === 'off') return;
  const wanted = { ...runtimePrograms, ...programs };
  const isReady = () => npmPackagesStand(root) && missingPrograms(wanted).length === 0 && builds.every(isBuilt);
  try {
    checkNode();
    if (isReady()) return;
    // Two at once would take the packages from under one another.
    await withLock(join(root, '.xiaolaba/setup.lock'), say, () => {
      if (!npmPackagesStand(root)) installNpmPackages();
      const missing = missingPrograms(wanted);
      if (missing.length > 0) installDebianPackages(missing, system, say);
      for (const build of builds) if (!isBuilt(build)) runBuild(build);
    });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await prepare();
