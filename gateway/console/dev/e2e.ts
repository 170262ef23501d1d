import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

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

export interface BuiltConsole {
  readonly directory: string;
  remove(): Promise<void>;
}

/** The console as it is shipped, built from the present sources into a folder of its own. */
export async function buildConsole(): Promise<BuiltConsole> {
  const directory = await mkdtemp(join(tmpdir(), 'console-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  const build = spawn(process.execPath, [vite, 'build', '--outDir', directory, '--emptyOutDir'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  build.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [code] = (await once(build, 'close')) as [number | null];
  if (code !== 0) {
    await remove();
    throw new Error(`the console can't be built: ${complaint}`);
  }
  return { directory, remove };
}
