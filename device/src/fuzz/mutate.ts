import type { Random } from './random.js';

const edges = [
  0x00, 0x01, 0x7f, 0x80, 0xff, 0x7d, 0x7e, 0xa5, 0xa6, 0x5a, 0x5b, 0xef, 0xfd, 0xaa, 0x2a, 0x23, 0x24, 0x0a, 0x0d,
  0x04,
];

export const randomBytes = (random: Random, length: number): number[] =>
  Array.from({ length }, () => (random.chance(0.3) ? random.pick(edges) : random.below(256)));

/** Changes bytes in place the ways a line does: flipped, lost, doubled, inserted, cut, swapped. */
export function mutateBytes(bytes: number[], random: Random): void {
  const at = random.below(bytes.length + 1);
  const span = 1 + random.below(8);
  switch (random.below(7)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      break;
    case 1:
      if (at < bytes.length) bytes[at] = random.pick(edges);
      break;
    case 2:
      bytes.splice(at, span);
      break;
    case 3:
      bytes.splice(at, 0, ...bytes.slice(at, at + span));
      break;
    case 4:
      bytes.splice(at, 0, ...randomBytes(random, span));
      break;
    case 5:
      bytes.splice(at);
      break;
    default:
      bytes.splice(random.below(bytes.length + 1), 0, ...bytes.splice(at, span));
  }
}

const texts = [
  '',
  '0',
  '防诈骗',
  '不要转账！',
  'A',
  '[v16]',
  '\\C1',
  '㗂',
  '\u0000',
  '12345678901234567890',
  'ff',
  '😀',
];
const numbers = [0, 1, 2, 5, 9, 10, 127, 128, 255, 256, 1000, 1023, 65535, 65536, 4294967295, -1, 0.1, 22.5, 113.25];

function mutatedLeaf(value: unknown, random: Random): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return random.chance(0.5) ? random.pick(numbers) : value + random.below(5) - 2;
  if (typeof value !== 'string') return random.pick([null, 0, '', [], {}]);
  const at = random.below(value.length + 1);
  if (random.chance(0.3)) return random.pick(texts);
  if (random.chance(0.5))
    return value.slice(0, at) + String.fromCharCode(0x30 + random.below(0x40)) + value.slice(at + 1);
  return value.slice(0, at) + random.pick(texts) + value.slice(at);
}

/** A frame with one of its values changed: often still a frame, with lengths and checksums of its own. */
export function mutatedValue(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.2)) {
      const copy = [...value];
      if (copy.length > 0 && random.chance(0.5)) copy.splice(random.below(copy.length), 1);
      else if (copy.length > 0) copy.push(random.pick(copy));
      return copy;
    }
    const at = random.below(value.length);
    return value.map((item, index) => (index === at ? mutatedValue(item, random) : item));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return value;
    const at = random.below(entries.length);
    if (random.chance(0.05)) return Object.fromEntries(entries.filter((_, index) => index !== at));
    return Object.fromEntries(
      entries.map(([name, item], index) => [name, index === at ? mutatedValue(item, random) : item]),
    );
  }
  return mutatedLeaf(value, random);
}
