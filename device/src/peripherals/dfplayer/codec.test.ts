import { errorCode } from '@xiaolaba/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, decodeHex, decodePieces, hex, holdsLaws } from '../../testing/codec-laws.js';
import { codec, dfplayerAnswer } from './codec.js';

const envelope = { feedback: false, checksummed: true };

/** Checksums worked out by hand from the data sheet's rule, or the data sheet's own. */
const known: readonly (readonly [string, object])[] = [
  ['7EFF0603000001FEF7EF', { kind: 'play-root-track', track: 1 }],
  ['7EFF060600001EFED7EF', { kind: 'set-volume', volume: 30 }],
  ['7EFF060C000000FEEFEF', { kind: 'reset' }],
  ['7EFF060D000000FEEEEF', { kind: 'play' }],
  ['7EFF060D000001FEEDEF', { kind: 'play', parameter: 1 }],
  ['7EFF060F000101FEEAEF', { kind: 'play-folder-track', folder: 1, track: 1 }],
  ['7EFF060F00630CFE7DEF', { kind: 'play-folder-track', folder: 99, track: 12 }],
  ['7EFF061400F123FDD3EF', { kind: 'play-large-folder-track', folder: 15, track: 0x123 }],
  ['7EFF061200270FFEB3EF', { kind: 'play-mp3-track', track: 9999 }],
  ['7EFF0609000005FEEDEF', { kind: 'set-source', source: 'flash' }],
  ['7EFF0610000110FEDAEF', { kind: 'set-amplification', on: true, gain: 16 }],
  ['7EFF0611000001FEE9EF', { kind: 'repeat-all', on: true }],
  ['7EFF0617000200FEE2EF', { kind: 'repeat-folder', folder: 2, folderByte: 'high' }],
  ['7EFF0617000002FEE2EF', { kind: 'repeat-folder', folder: 2, folderByte: 'low' }],
  ['7EFF0619000000FEE2EF', { kind: 'repeat-current', on: true }],
  ['7EFF0619000001FEE1EF', { kind: 'repeat-current', on: false }],
  ['7EFF0642000000FEB9EF', { kind: 'query-status' }],
  ['7EFF0642000201FEB6EF', { kind: 'status', source: 'sd', state: 'playing' }],
  ['7EFF0642000102FEB6EF', { kind: 'status', source: 'usb', state: 'paused' }],
  ['7EFF0642001000FEA9EF', { kind: 'status', source: 'sleep', state: 'stopped' }],
  ['7EFF064300000FFEA9EF', { kind: 'volume', volume: 15 }],
  ['7EFF0648000123FE8FEF', { kind: 'sd-file-count', files: 291 }],
  ['7EFF064E000003FEAAEF', { kind: 'folder-file-count', files: 3 }],
  ['7EFF063A000002FEBFEF', { kind: 'media-inserted', media: 'sd' }],
  ['7EFF063B000004FEBCEF', { kind: 'media-removed', media: 'pc' }],
  ['7EFF063D0001F4FDC9EF', { kind: 'sd-track-finished', track: 500 }],
  ['7EFF063F000002FEBAEF', { kind: 'online', usb: false, sd: true, pc: false, flash: false }],
  ['7EFF063F00001BFEA1EF', { kind: 'online', usb: true, sd: true, pc: false, flash: true, otherBits: 0x10 }],
  ['7EFF0640000006FEB5EF', { kind: 'error', error: 'not-found' }],
  ['7EFF0640000004FEB7EF', { kind: 'error', error: 'checksum' }],
  ['7EFF064000000AFEB1EF', { kind: 'error', error: 'entered-sleep' }],
  ['7EFF0640000009FEB2EF', { kind: 'error', error: 9 }],
  ['7EFF0641000000FEBAEF', { kind: 'acknowledge' }],
  ['7EFF0622001E01FEBAEF', { kind: 'unknown', command: 0x22, payload: '1e01' }],
];

const sum = (bytes: readonly number[]): number => bytes.reduce((all, byte) => all + byte, 0);
const frameBytes = fc
  .record({
    command: fc.nat(255),
    feedback: fc.constantFrom(0, 0, 1, 0xef),
    value: fc.nat(0xffff),
    short: fc.boolean(),
  })
  .map(({ command, feedback, value, short }) => {
    const body = [0xff, 0x06, command, feedback, value >> 8, value & 0xff];
    const check = (0x10000 - sum(body)) & 0xffff;
    return new Uint8Array([0x7e, ...body, ...(short ? [] : [check >> 8, check & 0xff]), 0xef]);
  });

describe('dfplayer codec', () => {
  it.each(known)('reads and writes %s', (text, body) => {
    const frame = { ...body, ...envelope };
    expect(decodeHex(codec, text)).toEqual({ frames: [frame], errors: [], rest: '' });
    expect(hex(codec.encode(frame))).toBe(text);
  });

  it('knows the form without checksum, also where the parameter ends in EF', () => {
    const { frames, errors, rest } = decodeHex(codec, '7EFF060600001EEF 7EFF06030000EFEF 7EFF060C000000EF');
    expect(frames).toEqual([
      { kind: 'set-volume', volume: 30, feedback: false, checksummed: false },
      { kind: 'play-root-track', track: 0xef, feedback: false, checksummed: false },
      { kind: 'reset', feedback: false, checksummed: false },
    ]);
    expect([errors, rest]).toEqual([[], '']);
    expect(hex(codec.encode(frames[1]))).toBe('7EFF06030000EFEF');
  });

  it('keeps EF in the checksum inside the frame', () => {
    // Reset ends in FE EF EF; track 0x09 of command 03 has the checksum FEEF too.
    const { frames } = decodeHex(codec, '7EFF060C000000FEEFEF7EFF0603000009FEEFEF');
    expect(frames.map((frame) => frame.kind)).toEqual(['reset', 'play-root-track']);
  });

  it('tells a question from an answer by its acknowledgement, and 0 by who is known to speak', () => {
    const { frames } = decodeHex(codec, '7EFF064E010003FEA9EF 7EFF0643000000FEB8EF 7EFF063F000000FEBCEF');
    expect(frames.map((frame) => frame.kind)).toEqual(['query-folder-file-count', 'query-volume', 'query-online']);
    const answers = frames.map(dfplayerAnswer);
    expect(answers[0]).toMatchObject({ kind: 'folder-file-count', files: 3 });
    expect(answers[1]).toEqual({ kind: 'volume', volume: 0, ...envelope });
    expect(answers[2]).toMatchObject({ kind: 'online', usb: false, sd: false });
    expect(hex(codec.encode(answers[1]))).toBe('7EFF0643000000FEB8EF');
  });

  it('reports a wrong checksum and a missing end at the frame start, and goes on', () => {
    const good = '7EFF0603000001FEF7EF';
    const checksum = decodeHex(codec, `7EFF0603000001FEF6EF${good}`);
    expect(checksum.errors).toMatchObject([{ code: 'checksum', offset: 0 }]);
    expect(checksum.frames).toHaveLength(1);
    const cut = decodeHex(codec, `${good}7EFF060300${good}`);
    expect(cut.errors).toMatchObject([{ code: 'end-byte', offset: 10 }]);
    expect(cut.frames).toHaveLength(2);
  });

  it('reports noise once, and keeps what may still become a frame', () => {
    const found = decodeHex(codec, '0011 7EFF 7E 22 7EFF0603000001FEF7EF EF33 7EFF06');
    expect(found.errors).toMatchObject([
      { code: 'noise', offset: 0 },
      { code: 'noise', offset: 16 },
    ]);
    expect(found.frames).toHaveLength(1);
    expect(found.rest).toBe('7EFF06');
  });

  it('counts offsets over a reset', () => {
    const decoder = codec.decoder();
    decoder.push(bytesOf('7EFF06'));
    decoder.reset();
    expect(decoder.rest).toHaveLength(0);
    expect(decoder.push(bytesOf('00')).errors).toMatchObject([{ code: 'noise', offset: 3 }]);
  });

  it.each([
    [null],
    [{}],
    [{ kind: 'jump' }],
    [{ kind: 'set-volume' }],
    [{ kind: 'set-volume', volume: 65536 }],
    [{ kind: 'play-large-folder-track', folder: 16, track: 1 }],
    [{ kind: 'play', extra: 1 }],
    [{ kind: 'unknown', command: 1, payload: '00' }],
  ])('refuses to write %j', (value) => {
    expect.assertions(1);
    try {
      codec.encode(value);
    } catch (error) {
      expect(errorCode(error)).toBe('frame-malformed');
    }
  });

  it('fills in the usual envelope', () => {
    expect(hex(codec.encode({ kind: 'stop' }))).toBe('7EFF0616000000FEE5EF');
  });

  it('holds the laws of codecs', () => {
    holdsLaws(codec, frameBytes);
    const mutated = fc.tuple(frameBytes, fc.nat(9), fc.nat(255)).map(([bytes, at, value]) => {
      const copy = bytes.slice();
      copy[at % copy.length] = value;
      return copy;
    });
    holdsLaws(codec, mutated);
  });

  it('finds a frame after any noise that begins none', () => {
    const noise = fc.array(
      fc.nat(255).filter((byte) => byte !== 0x7e),
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
