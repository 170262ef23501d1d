import { errorCode } from '@xiaolaba/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHex, decodePieces, hex, holdsLaws } from '../../testing/codec-laws.js';
import { codec } from './codec.js';

const known: readonly (readonly [string, object])[] = [
  ['FD000102', { kind: 'stop' }],
  ['FD000103', { kind: 'pause' }],
  ['FD000104', { kind: 'resume' }],
  ['FD000121', { kind: 'query' }],
  ['FD000188', { kind: 'sleep' }],
  ['FD0001FF', { kind: 'wake' }],
  ['FD000A0100BFC6B4F3D1B6B7C9', { kind: 'speak', encoding: 'gb2312', text: '科大讯飞' }],
  ['FD0006010195A9E946', { kind: 'speak', encoding: 'gbk', text: '暕镕' }],
  ['FD00060102B642C446', { kind: 'speak', encoding: 'big5', text: '詐騙' }],
  ['FD00060103CD53C88B', { kind: 'speak', encoding: 'utf-16le', text: '反诈' }],
  ['FD000601005B76355D', { kind: 'speak', encoding: 'gb2312', text: '[v5]' }],
  ['FD00020101', { kind: 'speak', encoding: 'gbk', text: '' }],
  ['FD00040104D3EE', { kind: 'speak', encoding: 4, textHex: 'd3ee', note: 'unknown encoding' }],
  ['FD00030103CD', { kind: 'speak', encoding: 'utf-16le', textHex: 'cd', note: 'not text in utf-16le' }],
  ['FD000101', { kind: 'unknown', command: 1, payload: '' }],
  ['FD00020200', { kind: 'unknown', command: 2, payload: '00' }],
  ['FD0003100A0B', { kind: 'unknown', command: 0x10, payload: '0a0b' }],
  ['4A', { kind: 'status', status: 'initialised' }],
  ['41', { kind: 'status', status: 'accepted' }],
  ['45', { kind: 'status', status: 'rejected' }],
  ['4E', { kind: 'status', status: 'busy' }],
  ['4F', { kind: 'status', status: 'idle' }],
];

const frameBytes = fc.oneof(
  fc
    .tuple(fc.constantFrom(1, 1, 2, 3, 4, 0x21, 0x88, 0xff, 0x77), fc.uint8Array({ maxLength: 8 }))
    .map(([command, data]) => new Uint8Array([0xfd, 0, data.length + 1, command, ...data])),
  fc.constantFrom(0x4a, 0x41, 0x45, 0x4e, 0x4f).map((byte) => Uint8Array.of(byte)),
);

describe('xfs5152ce codec', () => {
  it.each(known)('reads and writes %s', (text, frame) => {
    expect(decodeHex(codec, text)).toEqual({ frames: [frame], errors: [], rest: '' });
    expect(hex(codec.encode(frame))).toBe(text);
  });

  it('reads a conversation', () => {
    const { frames, errors } = decodeHex(codec, '4A FD000A0100BFC6B4F3D1B6B7C9 41 FD000121 4E 4F FD000188 41');
    expect(frames).toHaveLength(8);
    expect(errors).toEqual([]);
  });

  it('holds text under 4 KB, and calls more too long', () => {
    const longest = codec.encode({ kind: 'speak', encoding: 'gbk', text: 'A'.repeat(4095) });
    expect(hex(longest).slice(0, 10)).toBe('FD10010101');
    expect(decodePieces(codec, [longest]).frames).toHaveLength(1);
    const found = decodeHex(codec, `FD13880101${'41'.repeat(4998)} 4F FD000103`);
    expect(found.errors).toMatchObject([{ code: 'too-long', offset: 0 }]);
    expect(found.frames.map((frame) => frame.kind)).toEqual(['status', 'pause']);
  });

  it('goes on after a length of nothing and after noise', () => {
    const found = decodeHex(codec, '0102 FD0000 FD000103 99 FD');
    expect(found.errors.map(({ code, offset }) => [code, offset])).toEqual([
      ['noise', 0],
      ['too-short', 2],
      ['noise', 9],
    ]);
    expect(found.frames).toEqual([{ kind: 'pause' }]);
    expect(found.rest).toBe('FD');
  });

  it.each([
    [7],
    [{ kind: 'set-baud', baud: 9600 }],
    [{ kind: 'speak', encoding: 'utf-16be', text: 'a' }],
    [{ kind: 'speak', encoding: 'big5', text: '诈骗' }],
    [{ kind: 'speak', encoding: 'gbk', text: 'a', textHex: '61' }],
    [{ kind: 'speak', encoding: 'gbk', text: 'A'.repeat(4096) }],
  ])('refuses to write %j', (value) => {
    expect.assertions(1);
    try {
      codec.encode(value);
    } catch (error) {
      expect(errorCode(error)).toBe('frame-malformed');
    }
  });

  it('holds the laws of codecs', () => {
    holdsLaws(codec, frameBytes);
  });

  it('finds a frame after any noise that begins none', () => {
    const meaningful = new Set([0xfd, 0x4a, 0x41, 0x45, 0x4e, 0x4f]);
    const noise = fc.array(
      fc.nat(255).filter((byte) => !meaningful.has(byte)),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(noise, frameBytes, (before, frame) => {
        const found = decodePieces(codec, [new Uint8Array(before), frame]);
        expect(found.frames).toHaveLength(1);
        expect(found.errors).toHaveLength(before.length === 0 ? 0 : 1);
      }),
    );
  });
});
