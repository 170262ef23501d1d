// `npm run fuzz`: random and mutated bytes for every codec, held against the codecs' contract.
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { codecs, isProtocolName, type ProtocolName, protocolNames } from '../peripherals/codecs.js';
import { corpusOf } from './corpus.js';
import { seedsFor } from './inputs.js';
import { messages } from './messages.js';
import { fuzzOne } from './run.js';
import type { Result, Task } from './worker.js';

const hangSeconds = 20;
/** Compiled code still settles a little after the first measurement; a leak of one small object each input is more. */
const tolerableGrowth = 8 * 1024 * 1024;

const options = {
  seconds: { type: 'string' },
  inputs: { type: 'string' },
  input: { type: 'string' },
  seed: { type: 'string' },
  protocol: { type: 'string', multiple: true },
  workers: { type: 'string' },
  lang: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const { values } = parseArgs({ options });
const language = values.lang ?? process.env.XIAOLABA_LANG ?? process.env.LANG ?? '';
const say = messages[language.startsWith('en') ? 'en' : 'zh'];
const print = (text: string) => void process.stdout.write(`${text}\n`);

function whole(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  process.stderr.write(`${say.usage}\n`);
  process.exit(2);
}

/** @returns the result, or where the worker hung */
function inWorker(task: Task): Promise<Result | { readonly hungAt: number }> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: task });
  const at = new Int32Array(task.progress);
  return new Promise((resolve, reject) => {
    let seen = -1;
    let since = performance.now();
    const watch = setInterval(() => {
      const now = Atomics.load(at, 0);
      if (now !== seen) {
        seen = now;
        since = performance.now();
      } else if (performance.now() - since > hangSeconds * 1000) {
        clearInterval(watch);
        void worker.terminate().then(() => resolve({ hungAt: now }));
      }
    }, 500);
    const end = () => clearInterval(watch);
    worker.once('message', (result: Result) => {
      end();
      resolve(result);
    });
    worker.once('error', (error) => {
      end();
      reject(error);
    });
  });
}

async function fuzzProtocol(protocol: ProtocolName, seed: number, seconds: number | undefined): Promise<boolean> {
  const task = { protocol, seed, seconds, inputs: whole(values.inputs), progress: new SharedArrayBuffer(4) };
  const again = (index: number) =>
    print(say.replay(`npm run fuzz -- --seed ${seed} --protocol ${protocol} --input ${index}`));
  const result = await inWorker(task);
  if ('hungAt' in result) {
    print(say.hung(protocol, result.hungAt, hangSeconds));
    again(result.hungAt);
    return false;
  }
  print(say.done(result));
  if (result.failure) {
    print(say.failed(protocol, result.failure));
    again(result.failure.index);
    return false;
  }
  const growth = result.heapAfter - result.heapBefore;
  if (growth <= tolerableGrowth) return true;
  print(say.grew(protocol, growth));
  return false;
}

async function replay(protocols: readonly ProtocolName[], seed: number, index: number): Promise<boolean> {
  let isWell = true;
  for (const protocol of protocols) {
    const codec = await codecs[protocol]();
    const failure = fuzzOne(codec, seedsFor(codec, corpusOf(protocol)), seed, index);
    if (failure) print(say.failed(protocol, failure));
    isWell &&= !failure;
  }
  return isWell;
}

async function main(): Promise<number> {
  if (values.help) {
    print(say.usage);
    return 0;
  }
  const names = values.protocol ?? protocolNames;
  const protocols = names.filter(isProtocolName);
  const unknown = names.find((name) => !isProtocolName(name));
  if (unknown !== undefined) {
    process.stderr.write(`${say.unknownProtocol(unknown, protocolNames)}\n`);
    return 2;
  }
  const seed = whole(values.seed) ?? randomInt(2 ** 31);
  const index = whole(values.input);
  if (index !== undefined) return (await replay(protocols, seed, index)) ? 0 : 1;
  const workers = Math.min(protocols.length, whole(values.workers) ?? Math.min(2, availableParallelism()));
  const rounds = protocols.length / workers;
  // A number of inputs takes as long as it takes, unless both are given.
  const given = whole(values.seconds) ?? (values.inputs === undefined ? 60 : undefined);
  const seconds = given === undefined ? undefined : Math.max(1, Math.floor(given / rounds));
  print(say.begins(seed, seconds, workers));
  const queue = [...protocols];
  let isWell = true;
  const work = async () => {
    for (let protocol = queue.shift(); protocol; protocol = queue.shift()) {
      isWell = (await fuzzProtocol(protocol, seed, seconds)) && isWell;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return isWell ? 0 : 1;
}

process.exitCode = await main();
