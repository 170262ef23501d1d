import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's browser, as `npm test` installs it. */
const executablePath = '/usr/bin/chromium';
export const chromiumInstalled = existsSync(executablePath);
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;
export const desktop = { viewport: { width: 1440, height: 900 } } as const;
/** How long a test waits for a page to come round; playing it is never timed. */
export const within = { timeout: 10_000, interval: 100 };

export const launchChromium = (...more: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...flags, ...more] });

interface Checker {
  run(): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly impact: string;
      readonly nodes: { html: string }[];
    }[];
  }>;
}

/** What keeps out whoever can't see, point or tell colours apart: the checker's serious and critical findings. */
export async function barriersOn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: Checker };
    return (await checker.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

export interface BuiltConsole {
  readonly directory: string;
  remove(): Promise<void>;
}

const consoleRoot = fileURLToPath(new URL('..', import.meta.url));
const builds = fileURLToPath(new URL('../../../node_modules/.cache/xiaolaba-console', import.meta.url));
/** Builds of sources that are no more are thrown away after so long, milliseconds. */
const keptMs = 3_600_000;

/** What a build depends on: the console itself, and the packages of which it bundles the sources. */
async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['src', 'public', '../../protocol/src', '../src/api']) {
    const entries = await readdir(join(consoleRoot, folder), { recursive: true, withFileTypes: true });
    const paths = entries.flatMap((entry) => (entry.isFile() ? join(entry.parentPath, entry.name) : []));
    for (const path of paths.sort()) hash.update(path).update(await readFile(path));
  }
  for (const name of ['index.html', 'vite.config.ts', 'package.json', '../../package-lock.json'])
    hash.update(await readFile(join(consoleRoot, name)));
  return hash.digest('hex').slice(0, 24);
}

/** The console as it is shipped, built from the present sources; test files that run after one another share a build. */
export async function buildConsole(): Promise<BuiltConsole> {
  const directory = join(builds, await sourcesHash());
  const remove = async (): Promise<void> => {
    for (const name of await readdir(builds)) {
      const other = join(builds, name);
      const { mtimeMs } = await stat(other).catch(() => ({ mtimeMs: Date.now() }));
      if (other !== directory && Date.now() - mtimeMs > keptMs) await rm(other, { recursive: true, force: true });
    }
  };
  if (existsSync(directory)) return { directory, remove };
  await mkdir(builds, { recursive: true });
  const fresh = await mkdtemp(join(builds, 'new-'));
  await viteBuild(fresh);
  // Whoever has built the same meanwhile has built the same.
  await rename(fresh, directory).catch(() => rm(fresh, { recursive: true, force: true }));
  return { directory, remove };
}

async function viteBuild(directory: string): Promise<void> {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  const build = spawn(process.execPath, [vite, 'build', '--outDir', directory, '--emptyOutDir'], {
    cwd: consoleRoot,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  build.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [code] = (await once(build, 'close')) as [number | null];
  if (code === 0) return;
  await rm(directory, { recursive: true, force: true });
  throw new Error(`the console can't be built: ${complaint}`);
}
