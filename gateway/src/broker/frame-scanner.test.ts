import { describe, expect, it } from 'vitest';
import { FrameScanner } from './frame-scanner.js';

function scan(bytes: Buffer, step: number): { seen: number[][]; fault: string | undefined } {
  const seen: number[][] = [];
  const scanner = new FrameScanner((...header) => {
    seen.push(header);
    return undefined;
  });
  for (let at = 0; at < bytes.length; at += step) {
    const fault = scanner.scan(bytes.subarray(at, at + step));
    if (fault !== undefined) return { seen, fault };
  }
  return { seen, fault: undefined };
}

describe('FrameScanner', () => {
  const packets = Buffer.concat([
    Buffer.from([0xc0, 0]),
    Buffer.from([0x32, 0x80, 0x01]),
    Buffer.alloc(128, 0xff),
    Buffer.from([0x40, 2, 0, 1]),
    Buffer.from([0x30, 0xff, 0x7f]),
    Buffer.alloc(16_383),
    Buffer.from([0xe0, 0]),
  ]);

  it.each([1, 2, 3, 7, 1000, 100_000])('sees the same packets in pieces of %i bytes', (step) => {
    expect(scan(packets, step)).toEqual({
      seen: [
        [12, 0, 0],
        [3, 2, 128],
        [4, 0, 2],
        [3, 0, 16_383],
        [14, 0, 0],
      ],
      fault: undefined,
    });
  });

  it.each([
    ['a fifth length byte', [0x30, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['four length bytes that go on', [0x30, 0xff, 0xff, 0xff, 0xff]],
    ['a length padded with zeros', [0x30, 0x81, 0x00]],
  ])('refuses %s', (_name, bytes) => {
    expect(scan(Buffer.from(bytes), 1).fault).toBe('malformed-length');
  });

  it('stops at the code of the check, before the body', () => {
    const scanner = new FrameScanner((_type, _flags, length) => (length > 10 ? 'large' : undefined));
    expect(scanner.scan(Buffer.from([0x30, 11]))).toBe('large');
  });
});
