/** Lives until it kills itself at a chosen write. Tells what its gateway was told and what was heard. */
import { appendFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { FileStorage } from '../adapters/file-storage.js';
import type { Storage } from '../ports/index.js';
import { type KillMoment, killedLife } from './killed-life.js';
import { liveTypically } from './typical-life.js';

const [folder = '', log = '', write = '', told = ''] = process.argv.slice(2);
const moment = JSON.parse(told) as KillMoment;
const { gateway, world, device, content } = await killedLife();
// Written at once: what was told before the end must be known after it.
const tell = (what: object): void => appendFileSync(log, `${JSON.stringify(what)}\n`);
gateway.onBatch = (batch) => tell({ batch });
const heard = device.heard.push.bind(device.heard);
device.heard.push = (...sounds) => {
  for (const sound of sounds) tell({ heard: sound });
  return heard(...sounds);
};

const kill = (): void => {
  tell({ killed: world.now() });
  process.kill(process.pid, 'SIGKILL');
};
let writes = 0;
const storage = new FileStorage(folder);
async function counted(work: () => Promise<void>): Promise<void> {
  const isLast = ++writes === Number(write);
  if (isLast && moment === 'before') kill();
  const working = work();
  if (isLast && typeof moment === 'number') {
    for (let turn = 0; turn < moment; turn++) await stat(folder);
    kill();
  }
  await working;
  if (isLast) kill();
}
device.medium = {
  read: (name) => storage.read(name),
  list: (name) => storage.list(name),
  size: (name) => storage.size(name),
  free: () => storage.free(),
  replace: (name, bytes) => counted(() => storage.replace(name, bytes)),
  append: (name, bytes) => counted(() => storage.append(name, bytes)),
  remove: (name) => counted(() => storage.remove(name)),
} satisfies Storage;
await liveTypically(device, content, () => false);
tell({ lived: writes });
process.exit();
