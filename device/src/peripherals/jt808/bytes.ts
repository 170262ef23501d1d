import iconv from 'iconv-lite';

export const toHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
export const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Big-endian, as every integer of JT/T 808. @param size 1 to 4 bytes */
export function uint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = at; index < at + size; index++) value = value * 256 + (bytes[index] ?? 0);
  return value;
}

export function uintBytes(value: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = value;
  for (let index = size - 1; index >= 0; index--) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

const ascii = /^[\x20-\x7e]*$/;

export function gbkBytes(text: string): Uint8Array {
  return ascii.test(text) ? Uint8Array.from(Buffer.from(text, 'latin1')) : Uint8Array.from(iconv.encode(text, 'gbk'));
}

/** The text, or undefined where GBK has no text for these bytes that would give the very same bytes again. */
export function gbkText(bytes: Uint8Array): string | undefined {
  const text = iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 'gbk');
  // Control characters are no text: a terminal's screen and a technician's would show them differently.
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if ((code < 0x20 && code !== 0x0a && code !== 0x0d) || code === 0x7f || code === 0xfffd) return undefined;
  }
  return sameBytes(gbkBytes(text), bytes) ? text : undefined;
}
