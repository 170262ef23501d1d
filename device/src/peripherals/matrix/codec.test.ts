import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, decodeHex, decodePieces, hex, holdsLaws } from '../../testing/codec-laws.js';
import { codec, type MatrixFrame } from './codec.js';

/** CRC-16/ARC of "123456789" is BB3D: the rest follows from it. */
const ping = 'A55A 01 07 0000 3DB0';

const frames: readonly MatrixFrame[] = [
  { kind: 'ping', sequence: 7 },
  { kind: 'show', sequence: 8, columns: 10, rows: 2, motion: 'left', dotsPerSecond: 64, bits: 'a540ffc0' },
  { kind: 'show', sequence: 9, columns: 0, rows: 16, motion: 9, dotsPerSecond: 0, bits: '' },
  { kind: 'clear', sequence: 255 },
  { kind: 'brightness', sequence: 0, percent: 30 },
  { kind: 'ack', sequence: 8, result: 'busy' },
  { kind: 'ack', sequence: 8, result: 77 },
  { kind: 'state', sequence: 7, columns: 128, rows: 16, percent: 100 },
  { kind: 'state', sequence: 7, columns: 128, rows: 16, percent: 100, strip: 0xa55a },
  { kind: 'unknown', sequence: 1, command: 0x42, payload: '00ff' },
];
const bytes = frames.map((frame) => codec.encode(frame));

describe('frames of the matrix card', () => {
  it('are written and read again', () => {
    expect(decodePieces(codec, bytes)).toEqual({ frames, errors: [], rest: '' });
  });
  it('carry a CRC-16/ARC, high byte first', () => {
    const check = codec.encode({ kind: 'unknown', sequence: 0x32, command: 0x31, payload: '' });
    expect(hex(check.subarray(2, 6))).toBe('31320000');
    expect(hex(bytes[0] ?? check)).toBe(hex(bytesOf(ping)));
  });
  it('are refused where the dots are not as many as the size asks for', () => {
    const [, show] = frames;
    for (const broken of [
      { ...show, rows: 3 },
      { ...show, columns: 17 },
      { ...show, bits: 'zz' },
      { kind: 'pong' },
      null,
    ])
      expect(() => codec.encode(broken)).toThrow(expect.objectContaining({ code: 'frame-malformed' }));
  });
  it('keep bytes that are no such order', () => {
    const short = codec.encode({ kind: 'unknown', sequence: 3, command: 2, payload: '0001' });
    expect(decodePieces(codec, [short]).frames).toEqual([
      { kind: 'unknown', sequence: 3, command: 2, payload: '0001' },
    ]);
    const glaring = codec.encode({ kind: 'unknown', sequence: 3, command: 4, payload: 'ff' });
    expect(decodePieces(codec, [glaring]).frames).toMatchObject([{ kind: 'unknown' }]);
  });
});

describe('streams', () => {
  it('tell a wrong CRC and a length beyond bounds, and find what follows', () => {
    const wrong = ping.replace('3DB0', '3DB1');
    expect(decodeHex(codec, `${wrong} ${ping}`)).toMatchObject({
      frames: [{ sequence: 7 }],
      errors: [{ code: 'checksum' }],
    });
    expect(decodeHex(codec, `A55A 02 07 FFFF ${ping}`)).toMatchObject({
      frames: [{ sequence: 7 }],
      errors: [{ code: 'too-long', offset: 0 }],
    });
    expect(decodeHex(codec, `00A5 ${ping}`)).toMatchObject({ frames: [{}], errors: [{ code: 'noise', offset: 0 }] });
  });
  it('find a frame within what looked like one', () => {
    expect(decodeHex(codec, `A55A 02 07 0008 ${ping} 0000`)).toMatchObject({
      frames: [{ kind: 'ping' }],
      errors: [
        { code: 'checksum', offset: 0 },
        { code: 'noise', offset: 14 },
      ],
    });
  });
  it('hold the laws of codecs', () => {
    const head = fc.constantFrom(bytesOf('A5'), bytesOf('A55A'), bytesOf('A55A0200FFFF'), bytesOf('A55A02000003'));
    const order = fc
      .record({ command: fc.nat(255), sequence: fc.nat(255), payload: fc.uint8Array({ maxLength: 40 }) })
      .map(({ payload, ...rest }) => codec.encode({ kind: 'unknown', ...rest, payload: hex(payload) }));
    holdsLaws(codec, fc.oneof(fc.constantFrom(...bytes), head, order));
  });
});
