import { type AnyCodec, type Breach, checkInput } from './check.js';
import { makeInput, type Seeds } from './inputs.js';
import { inputSeed, randomFrom } from './random.js';

export interface Failure extends Breach {
  readonly index: number;
  readonly hex: string;
}

/** Makes input number `index` of the run and checks it. */
export function fuzzOne(codec: AnyCodec, seeds: Seeds, seed: number, index: number): Failure | undefined {
  const random = randomFrom(inputSeed(seed, index));
  let input: Uint8Array;
  try {
    input = makeInput(codec, seeds, random);
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { rule: 'encode-throws', detail, index, hex: '' };
  }
  const breach = checkInput(codec, input, random);
  return breach && { ...breach, index, hex: Buffer.from(input).toString('hex') };
}

export interface Run {
  readonly inputs: number;
  readonly failure: Failure | undefined;
}

/** Checks inputs from number 0 on until `isDone` says so, or until the first that breaks a rule. */
export function fuzz(codec: AnyCodec, seeds: Seeds, seed: number, isDone: (inputs: number) => boolean): Run {
  let index = 0;
  for (; !isDone(index); index++) {
    const failure = fuzzOne(codec, seeds, seed, index);
    if (failure) return { inputs: index + 1, failure };
  }
  return { inputs: index, failure: undefined };
}
