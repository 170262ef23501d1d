import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Who holds the lock, or nothing where its holder is gone. A file that is empty was made this instant. */
function holderOf(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (pid > 0) return isAlive(pid) ? pid : undefined;
    return Date.now() - statSync(path).mtimeMs < 5000 ? 0 : undefined;
  } catch {
    return undefined;
  }
}

/** Runs `work` while no other process of this machine does; a lock whose holder died is taken over. */
export async function withLock(path, say, work) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(path);
    if (holder === undefined) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) say(`· 另一个进程（${holder}）正在准备，请稍候 / process ${holder} is setting up, waiting for it`);
    told = true;
    await wait(300);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
