import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chunk, decodeChunk, encodeChunk, maxChunkBytes } from './chunk.js';
import { crc32 } from './crc32.js';
import { XiaolabaError } from './errors.js';
import { maxBlobBytes } from './ids.js';

const sha256 = '00ff'.repeat(16);
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof XiaolabaError) return error.code;
    throw error;
  }
};

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const offsets = fc.integer({ min: 0, max: maxBlobBytes });
const chunks: fc.Arbitrary<Chunk> = fc.oneof(
  fc
    .record({ sha256: hash, bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }), before: fc.nat(), after: fc.nat() })
    .map(({ sha256, bytes, before, after }) => {
      const offset = before % (maxBlobBytes - bytes.length);
      const size = offset + bytes.length + (after % (maxBlobBytes - offset - bytes.length + 1));
      return { kind: 'bytes' as const, sha256, size, offset, bytes };
    }),
  fc.record({ sha256: hash, ends: fc.tuple(offsets, offsets) }).map(({ sha256, ends: [one, other] }) => ({
    kind: 'past-end' as const,
    sha256,
    size: Math.min(one, other),
    offset: Math.max(one, other),
  })),
  fc.record({ kind: fc.constantFrom('missing' as const, 'later' as const), sha256: hash, offset: offsets }),
);

describe('crc32', () => {
  it('is the one that everybody knows', () =>
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(crc32(bytes)).toBe(zlibCrc32(bytes));
      }),
    ));
});

describe('chunks', () => {
  it('are read as they were written', () =>
    fc.assert(
      fc.property(chunks, (chunk) => {
        expect(decodeChunk(encodeChunk(chunk))).toEqual(chunk);
      }),
    ));

  it('are read from the middle of a buffer', () => {
    const payload = encodeChunk({ kind: 'bytes', sha256, size: 5, offset: 2, bytes: Uint8Array.of(7, 8, 9) });
    const buffer = Buffer.concat([Buffer.alloc(3), payload]).subarray(3);
    expect(decodeChunk(buffer)).toMatchObject({ kind: 'bytes', sha256, size: 5, offset: 2 });
  });

  it('give a value or an error of their own for any bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(codeOf(() => decodeChunk(bytes))).toMatch(/^chunk-/);
      }),
    ));

  it('show any byte that was changed on the way', () =>
    fc.assert(
      fc.property(chunks, fc.nat(), fc.integer({ min: 1, max: 255 }), (chunk, where, change) => {
        const payload = encodeChunk(chunk);
        const at = where % payload.length;
        payload[at] = (payload[at] ?? 0) ^ change;
        expect(codeOf(() => decodeChunk(payload))).toBe(at === 0 ? 'chunk-version' : 'chunk-corrupt');
      }),
    ));

  it('are not written where nobody would read them', () => {
    const bytes = new Uint8Array(maxChunkBytes + 1);
    const whole = { kind: 'bytes', sha256, size: maxBlobBytes, offset: 0 } as const;
    expect(codeOf(() => encodeChunk({ ...whole, bytes }))).toBe('chunk-unencodable');
    expect(codeOf(() => encodeChunk({ ...whole, bytes: bytes.subarray(0, maxChunkBytes) }))).toBeUndefined();
    expect(codeOf(() => encodeChunk({ ...whole, bytes: new Uint8Array() }))).toBe('chunk-unencodable');
    expect(codeOf(() => encodeChunk({ ...whole, size: 3, bytes: bytes.subarray(0, 4) }))).toBe('chunk-unencodable');
    expect(codeOf(() => encodeChunk({ ...whole, size: maxBlobBytes + 1, bytes: bytes.subarray(1) }))).toBe(
      'chunk-unencodable',
    );
    expect(codeOf(() => encodeChunk({ kind: 'past-end', sha256, size: 3, offset: 2 }))).toBe('chunk-unencodable');
  });
});
