/**
 * The outer layer (PHY0) of the BX-5K/6K font cards: eight or more A5, escaped bytes, 5A.
 * Source: Onbon, «BX-5K/6K communication protocol, user version» 1.4 (2021), chapters 3 and 4.
 */
export const START = 0xa5;
export const END = 0x5a;
export const LEAST_START = 8;
/** More A5 than this in a row are taken for noise, so that a stuck line does not fill memory. */
export const MOST_START = 256;

const escapes = new Map([
  [START, [0xa6, 0x02]],
  [0xa6, [0xa6, 0x01]],
  [END, [0x5b, 0x02]],
  [0x5b, [0x5b, 0x01]],
]);

export function escaped(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (const value of bytes) out.push(...(escapes.get(value) ?? [value]));
  return Uint8Array.from(out);
}

/** Undefined where an escape is dangling or not one of the four. */
export function unescaped(bytes: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    let value = bytes[at] ?? 0;
    if (value === 0xa6 || value === 0x5b) {
      const second = bytes[++at];
      if (second !== 0x01 && second !== 0x02) return undefined;
      if (second === 0x02) value = value === 0xa6 ? START : END;
    }
    out[length++] = value;
  }
  return out.subarray(0, length);
}

/** CRC-16/ARC: polynomial A001 reflected, initial value 0. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const value of bytes) {
    crc ^= value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

export function sum16(bytes: Uint8Array): number {
  let sum = 0;
  for (const value of bytes) sum = (sum + value) & 0xffff;
  return sum;
}
