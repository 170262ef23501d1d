import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface BuiltConsole {
  readonly directory: string;
  remove(): Promise<void>;
}

/** The console as it is shipped, built from the present sources into a folder of its own. */
export async function buildConsole(): Promise<BuiltConsole> {
  const directory = await mkdtemp(join(tmpdir(), 'console-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const console = createRequire(createRequire(import.meta.url).resolve('@xiaolaba/console/package.json'));
  const vite = join(dirname(console.resolve('vite/package.json')), 'bin/vite.js');
  const build = spawn(process.execPath, [vite, 'build', '--outDir', directory, '--emptyOutDir'], {
    cwd: dirname(console.resolve('./package.json')),
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  build.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [code] = (await once(build, 'close')) as [number | null];
  if (code === 0) return { directory, remove };
  await remove();
  throw new Error(`the console can't be built: ${complaint}`);
}
