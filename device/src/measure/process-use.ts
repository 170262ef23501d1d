import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Nanoseconds of processor time that the living threads of a process have had (proc(5), `schedstat`). */
async function nanosecondsOf(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const times = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')),
  );
  return times.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0);
}

export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

/** Bytes resident. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Milliseconds of processor time an hour, as measured over so many seconds; with its children where it has any. */
export async function cpuAnHour(pid: number, seconds: number): Promise<number> {
  const processes = [pid, ...(await childrenOf(pid))];
  const total = async (): Promise<number> =>
    (await Promise.all(processes.map(nanosecondsOf))).reduce((sum, one) => sum + one, 0);
  const before = await total();
  const begun = performance.now();
  await delay(seconds * 1000);
  const used = ((await total()) - before) / 1e6;
  return (used * 3_600_000) / (performance.now() - begun);
}
