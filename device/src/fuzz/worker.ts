import { parentPort, workerData } from 'node:worker_threads';
import { codecs, type ProtocolName } from '../peripherals/codecs.js';
import { corpusOf } from './corpus.js';
import { seedsFor } from './inputs.js';
import { type Failure, fuzz } from './run.js';

/** What a worker is to do. */
export interface Task {
  readonly protocol: ProtocolName;
  readonly seed: number;
  /** Stops at the first of the two that is given. */
  readonly seconds: number | undefined;
  readonly inputs: number | undefined;
  /** Its first number always holds the input it is at, so that a hang can be seen from outside. */
  readonly progress: SharedArrayBuffer;
}

/** What it found. Heap in bytes, after collection: once warm, and at the end. */
export interface Result {
  readonly protocol: ProtocolName;
  readonly inputs: number;
  readonly seconds: number;
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly failure: Failure | undefined;
}

const heapInUse = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Compiled code and caches have settled by then. */
const warmUpInputs = 4096;

export async function runTask({ protocol, seed, seconds, inputs, progress }: Task): Promise<Result> {
  // A refused frame is an everyday thing here, and its stack trace nobody's concern.
  Error.stackTraceLimit = 0;
  const codec = await codecs[protocol]();
  const seeds = seedsFor(codec, corpusOf(protocol));
  const at = new Int32Array(progress);
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  let heapBefore = 0;
  const run = fuzz(codec, seeds, seed, (done) => {
    Atomics.store(at, 0, done);
    if (done === warmUpInputs) heapBefore = heapInUse();
    if (inputs !== undefined && done >= inputs) return true;
    return (done & 63) === 0 && elapsed() >= (seconds ?? Number.POSITIVE_INFINITY);
  });
  const heapAfter = heapInUse();
  return {
    protocol,
    inputs: run.inputs,
    seconds: elapsed(),
    heapBefore: heapBefore || heapAfter,
    heapAfter,
    failure: run.failure,
  };
}

if (parentPort) parentPort.postMessage(await runTask(workerData as Task));
