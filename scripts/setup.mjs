// Everything that has to be there before the product runs. Plain JavaScript: it runs before npm packages exist.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Debian packages by the program each one brings. */
const runtimePrograms = { ffmpeg: 'ffmpeg', 'espeak-ng': 'espeak-ng' };
export const testPrograms = { chromium: 'chromium', mosquitto_sub: 'mosquitto-clients', socat: 'socat' };

const say = (quiet, text) => {
  if (!quiet) process.stderr.write(`${text}\n`);
};

class SetupError extends Error {}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  return result.status === 0;
}

const isOnPath = (program) =>
  (process.env.PATH ?? '').split(':').some((folder) => folder && existsSync(join(folder, program)));

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(`需要 Node.js 20.19 或更新，现为 ${process.versions.node}。 / Node.js 20.19 or newer is needed.`);
}

function npmPackages(quiet) {
  const stamp = join(root, 'node_modules/.xiaolaba-installed');
  const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say(quiet, '· 安装 npm 依赖（首次约一分钟） / installing npm packages');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    throw new SetupError('npm ci 失败，见上面的输出。 / npm ci failed, see above.');
  }
  writeFileSync(stamp, wanted);
}

function debianPackages(programs, quiet) {
  const missing = Object.entries(programs).filter(([program]) => !isOnPath(program));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (!isOnPath('apt-get')) {
    throw new SetupError(`缺少程序 ${missing.map(([program]) => program).join('、')}，请用本机的软件包管理器安装。 / Install these programs with this system's package manager.`);
  }
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const may = prefix.length === 0 || (isOnPath('sudo') && run('sudo', ['-n', 'true'], { stdio: 'ignore' }));
  if (!may) throw new SetupError(`请先运行这一行，再重试： / Run this line, then try again:\n  sudo apt-get update && sudo ${line}`);
  say(quiet, `· 安装系统软件包 / installing Debian packages: ${packages.join(' ')}`);
  const [head, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive'];
  const apt = (args) => run(head, [...rest, 'apt-get', ...args], { stdio: ['ignore', 'ignore', 2] });
  apt(['update', '-qq']);
  if (!apt(line.split(' ').slice(1))) throw new SetupError(`安装失败，请手工运行： / Installation failed, run by hand:\n  ${line}`);
}

const skipped = new Set(['node_modules', 'dist', '.git', '.xiaolaba']);

function newest(folder, accept) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (skipped.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) latest = Math.max(latest, newest(path, accept));
    else if (accept(entry.name)) latest = Math.max(latest, statSync(path).mtimeMs);
  }
  return latest;
}

const stampOf = (name) => join(root, 'node_modules/.xiaolaba-built', name);

/** Runs a build step only where its sources are newer than its last success. */
function build(name, folders, accept, text, command, args, quiet) {
  const stamp = stampOf(name);
  const latest = Math.max(...folders.map((folder) => newest(join(root, folder), accept)));
  if (existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) >= latest) return;
  say(quiet, text);
  if (!run(command, args)) throw new SetupError(`${text} … 失败 / failed`);
  mkdirSync(join(root, 'node_modules/.xiaolaba-built'), { recursive: true });
  writeFileSync(stamp, String(latest));
}

const isCode = (name) => /\.(ts|mts|json)$/.test(name) && !name.endsWith('.test.ts');
const isPage = (name) => /\.(ts|vue|css|html|json|svg)$/.test(name) && !name.endsWith('.test.ts');

/** Sets up and builds; takes no time where nothing has changed. Ends the process with a plain message where it can't. */
export async function prepare({ quiet = false, programs = {} } = {}) {
  try {
    checkNode();
    npmPackages(quiet);
    debianPackages({ ...runtimePrograms, ...programs }, quiet);
    const bin = (name) => join(root, 'node_modules/.bin', name);
    build('packages', ['protocol', 'gateway/src', 'device', 'simulator', 'cli'], isCode, '· 编译 / compiling', bin('tsc'), ['-b'], quiet);
    build('console', ['gateway/console', 'gateway/src/api'], isPage, '· 生成控制台页面 / building the console', 'npm', ['run', '--silent', 'build', '-w', '@xiaolaba/console'], quiet);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepare();
