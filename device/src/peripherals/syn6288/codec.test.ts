import { errorCode } from '@xiaolaba/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, decodeHex, decodePieces, hex, holdsLaws } from '../../testing/codec-laws.js';
import { codec } from './codec.js';

const known: readonly (readonly [string, object])[] = [
  ['FD000B0100D3EED2F4CCECCFC2C1', { kind: 'speak', encoding: 'gb2312', music: 0, text: '宇音天下' }],
  ['FD00070179E946BBF96F', { kind: 'speak', encoding: 'gbk', music: 15, text: '镕基' }],
  ['FD00070102B642C4468F', { kind: 'speak', encoding: 'big5', music: 0, text: '詐騙' }],
  ['FD000F010353CD8BC8005B00760035005D68', { kind: 'speak', encoding: 'utf-16be', music: 0, text: '反诈[v5]' }],
  ['FD000C01015B7631305D5B6D315DDA', { kind: 'speak', encoding: 'gbk', music: 0, text: '[v10][m1]' }],
  ['FD00030100FF', { kind: 'speak', encoding: 'gb2312', music: 0, text: '' }],
  ['FD00050100E94656', { kind: 'speak', encoding: 'gb2312', music: 0, textHex: 'e946', note: 'not text in gb2312' }],
  ['FD000401034EB5', { kind: 'speak', encoding: 'utf-16be', music: 0, textHex: '4e', note: 'not text in utf-16be' }],
  ['FD000501056162FF', { kind: 'speak', encoding: 5, music: 0, textHex: '6162', note: 'unknown encoding' }],
  ['FD000202FD', { kind: 'stop' }],
  ['FD000203FC', { kind: 'pause' }],
  ['FD000204FB', { kind: 'resume' }],
  ['FD000221DE', { kind: 'query' }],
  ['FD00028877', { kind: 'sleep' }],
  ['FD00033100CF', { kind: 'set-baud', baud: 9600 }],
  ['FD00033101CE', { kind: 'set-baud', baud: 19200 }],
  ['FD00033102CD', { kind: 'set-baud', baud: 38400 }],
  ['FD00033103CC', { kind: 'unknown', command: 0x31, payload: '03' }],
  ['FD000201FE', { kind: 'unknown', command: 1, payload: '' }],
  ['FD0004550102AF', { kind: 'unknown', command: 0x55, payload: '0102' }],
  ['4A', { kind: 'status', status: 'initialised' }],
  ['41', { kind: 'status', status: 'accepted' }],
  ['45', { kind: 'status', status: 'rejected' }],
  ['4E', { kind: 'status', status: 'busy' }],
  ['4F', { kind: 'status', status: 'idle' }],
];

const withXor = (body: readonly number[]): Uint8Array => {
  const length = body.length + 1;
  const bytes = [0xfd, length >> 8, length & 0xff, ...body];
  return new Uint8Array([...bytes, bytes.reduce((all, byte) => all ^ byte, 0)]);
};
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 8 }),
  fc.constantFrom('宇音', 'ab[v1]').map((text) => bytesOf(text === '宇音' ? '00D3EED2F4' : '096162')),
);
const frameBytes = fc.oneof(
  fc
    .tuple(fc.constantFrom(1, 1, 2, 3, 4, 0x21, 0x31, 0x88, 0x77), payload)
    .map(([command, data]) => withXor([command, ...data])),
  fc.constantFrom(0x4a, 0x41, 0x45, 0x4e, 0x4f).map((byte) => Uint8Array.of(byte)),
);

describe('syn6288 codec', () => {
  it.each(known)('reads and writes %s', (text, frame) => {
    expect(decodeHex(codec, text)).toEqual({ frames: [frame], errors: [], rest: '' });
    expect(hex(codec.encode(frame))).toBe(text);
  });

  it('reads a conversation: the answer to a query is two bytes', () => {
    const { frames } = decodeHex(codec, '4A FD000221DE 41 4F FD000B0100D3EED2F4CCECCFC2C1 41 FD000221DE 41 4E 4F');
    expect(frames.map((frame) => (frame.kind === 'status' ? frame.status : frame.kind))).toEqual([
      'initialised',
      'query',
      'accepted',
      'idle',
      'speak',
      'accepted',
      'query',
      'accepted',
      'busy',
      'idle',
    ]);
  });

  it('holds 200 bytes of text and no more', () => {
    const longest = codec.encode({ kind: 'speak', encoding: 'gbk', music: 0, text: 'A'.repeat(200) });
    expect(hex(longest).slice(0, 10)).toBe('FD00CB0101');
    expect(longest.at(-1)).toBe(0x36);
    expect(decodePieces(codec, [longest]).frames).toHaveLength(1);
  });

  it('calls a longer frame too long, and takes its letters for nothing', () => {
    const tooLong = `FD00CC0101${'41'.repeat(201)}70`;
    const found = decodeHex(codec, `${tooLong} 4F FD000203FC`);
    expect(found.errors).toMatchObject([{ code: 'too-long', offset: 0 }]);
    expect(found.frames.map((frame) => frame.kind)).toEqual(['status', 'pause']);
  });

  it('reports a wrong XOR, and takes no letter of that text for an answer', () => {
    const found = decodeHex(codec, 'FD000C01015B7641305D5B6D315D00 4E FD000B0100D3EED2F4CCECCFC2C2 00 FD000221DE');
    expect(found.errors).toMatchObject([
      { code: 'checksum', offset: 0 },
      { code: 'checksum', offset: 16 },
    ]);
    expect(found.frames).toEqual([{ kind: 'status', status: 'busy' }, { kind: 'query' }]);
  });

  it('finds the frame that follows a broken one', () => {
    const found = decodeHex(codec, 'FD000B0100D3EE FD000221DE FD000203FC 41');
    expect(found.errors).toMatchObject([{ code: 'checksum', offset: 0 }]);
    expect(found.frames.map((frame) => frame.kind)).toEqual(['query', 'pause', 'status']);
  });

  it('refuses a length of nothing, and an absurd one at once', () => {
    expect(decodeHex(codec, 'FD000141 FD000203FC').errors).toMatchObject([{ code: 'too-short', offset: 0 }]);
    const absurd = decodeHex(codec, 'FDFFFF 4F FD000203FC');
    expect(absurd.errors).toMatchObject([{ code: 'too-long', offset: 0 }]);
    expect(absurd.frames.map((frame) => frame.kind)).toEqual(['status', 'pause']);
  });

  it('forgets a damaged frame on reset', () => {
    const decoder = codec.decoder();
    decoder.push(bytesOf('FD0200'));
    expect(decoder.push(bytesOf('41')).frames).toEqual([]);
    decoder.reset();
    expect(decoder.push(bytesOf('41')).frames).toHaveLength(1);
  });

  it.each([
    ['stop'],
    [{ kind: 'status', status: 'asleep' }],
    [{ kind: 'speak', encoding: 'gb2312', music: 0, text: '镕' }],
    [{ kind: 'speak', encoding: 'gbk', music: 0, text: '😀' }],
    [{ kind: 'speak', encoding: 'utf-16le', music: 0, text: 'a' }],
    [{ kind: 'speak', encoding: 'gbk', music: 32, text: 'a' }],
    [{ kind: 'speak', encoding: 'gbk', music: 0 }],
    [{ kind: 'speak', encoding: 'gbk', music: 0, text: 'A'.repeat(201) }],
    [{ kind: 'speak', encoding: 5, music: 0, text: 'a' }],
    [{ kind: 'set-baud', baud: 57600 }],
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
    const mutated = fc.tuple(frameBytes, fc.nat(20), fc.nat(255)).map(([bytes, at, value]) => {
      const copy = bytes.slice();
      copy[at % copy.length] = value;
      return copy;
    });
    holdsLaws(codec, mutated);
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
