import { type AnyCodec, encodeOrRefuse } from './check.js';
import { mutateBytes, mutatedValue, randomBytes } from './mutate.js';
import type { Random } from './random.js';

/** What mutation starts from. */
export interface Seeds {
  readonly wires: readonly Uint8Array[];
  readonly frames: readonly { readonly kind: string }[];
}

/** @param corpus whole frames. They need not all be readable: what is not is mutated all the same */
export function seedsFor(codec: AnyCodec, corpus: readonly Uint8Array[]): Seeds {
  return { wires: corpus, frames: corpus.flatMap((wire) => codec.decoder().push(wire).frames) };
}

function fromWires(seeds: Seeds, random: Random): number[] {
  const bytes: number[] = [];
  for (let left = 1 + random.below(3); left > 0; left--) {
    if (random.chance(0.3)) bytes.push(...randomBytes(random, random.below(6)));
    bytes.push(...random.pick(seeds.wires));
  }
  for (let left = random.below(4); left > 0; left--) mutateBytes(bytes, random);
  return bytes;
}

function fromFrames(codec: AnyCodec, seeds: Seeds, random: Random): number[] {
  const bytes: number[] = [];
  for (let left = 1 + random.below(2); left > 0; left--) {
    let value: unknown = random.pick(seeds.frames);
    for (let changes = random.below(3); changes > 0; changes--) value = mutatedValue(value, random);
    const encoded = encodeOrRefuse(codec, value);
    if (encoded) bytes.push(...encoded);
  }
  if (random.chance(0.2)) mutateBytes(bytes, random);
  return bytes;
}

/** Longer than anything the codec may hold: a frame that never ends, or its beginning over and over. */
function endless(codec: AnyCodec, seeds: Seeds, random: Random): number[] {
  const wire = random.pick(seeds.wires);
  const head = [...wire.subarray(0, 1 + random.below(wire.length))];
  const fill = random.pick([[0x41], [0x00], head, randomBytes(random, 4)]);
  const bytes = [...head];
  while (bytes.length < codec.maxHeldBytes + 40) bytes.push(...fill);
  return [...bytes, ...wire];
}

/** One input. @throws what the codec's encoder must not throw */
export function makeInput(codec: AnyCodec, seeds: Seeds, random: Random): Uint8Array {
  const way = random.below(1000);
  // Where frames may be long, one such input costs as much as hundreds of others.
  if (way < 2 && random.chance(Math.min(1, 2000 / codec.maxHeldBytes)))
    return Uint8Array.from(endless(codec, seeds, random));
  if (way < 200) return Uint8Array.from(randomBytes(random, random.below(48)));
  if (way < 600 || seeds.frames.length === 0) return Uint8Array.from(fromWires(seeds, random));
  return Uint8Array.from(fromFrames(codec, seeds, random));
}
