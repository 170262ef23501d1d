import { errorCode } from '@xiaolaba/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHex, decodePieces, hex, holdsLaws } from '../../testing/codec-laws.js';
import { codec } from './codec.js';

const known: readonly (readonly [string, object])[] = [
  ['AA0100AB', { kind: 'query-state' }],
  ['AA010101AD', { kind: 'state', state: 'playing' }],
  ['AA010100AC', { kind: 'state', state: 'stopped' }],
  ['AA010102AE', { kind: 'state', state: 'paused' }],
  ['AA010107B3', { kind: 'state', state: 7 }],
  ['AA0200AC', { kind: 'play' }],
  ['AA0300AD', { kind: 'pause' }],
  ['AA0400AE', { kind: 'stop' }],
  ['AA07020008BB', { kind: 'play-track', track: 8 }],
  ['AA0702FFFFB1', { kind: 'play-track', track: 65535 }],
  ['AA0900B3', { kind: 'query-online-drives' }],
  ['AA090106BA', { kind: 'online-drives', usb: false, sd: true, flash: true }],
  ['AA0901893D', { kind: 'online-drives', usb: true, sd: false, flash: false, otherBits: 0x88 }],
  ['AA0A0102B7', { kind: 'current-drive', drive: 'flash' }],
  ['AA0A01FFB4', { kind: 'current-drive', drive: 'none' }],
  ['AA0B0101B7', { kind: 'set-drive', drive: 'sd' }],
  ['AA0C00B6', { kind: 'query-track-count' }],
  ['AA0C020142FB', { kind: 'track-count', count: 322 }],
  ['AA0D020003BC', { kind: 'current-track', track: 3 }],
  ['AA130114D2', { kind: 'set-volume', volume: 20 }],
  ['AA160301000ACE', { kind: 'insert-track', drive: 'sd', track: 10 }],
  ['AA180102C5', { kind: 'set-loop-mode', mode: 'one-then-stop' }],
  ['AA19020005CA', { kind: 'set-repeat-count', count: 5 }],
  ['AA1A0104C9', { kind: 'set-equaliser', equaliser: 'classic' }],
  ['AA1B04303130338D', { kind: 'play-combination', names: ['01', '03'] }],
  ['AA1D0102CA', { kind: 'set-channel', channel: 'mp3-and-aux' }],
  ['AA2004000A0114ED', { kind: 'repeat-section', fromMinutes: 0, fromSeconds: 10, toMinutes: 1, toSeconds: 20 }],
  ['AA2202001EEC', { kind: 'rewind', seconds: 30 }],
  ['AA240300021EF1', { kind: 'duration', hours: 0, minutes: 2, seconds: 30 }],
  ['AA2500CF', { kind: 'start-time-reports' }],
  ['AA2503000005D7', { kind: 'play-time', hours: 0, minutes: 0, seconds: 5 }],
  // A vendor's example: drive flash, /00001*MP3.
  ['AA080B022F30303030312A4D5033D9', { kind: 'play-path', drive: 'flash', text: '/00001*MP3' }],
  ['AA0805012FD6D02AB7', { kind: 'play-path', drive: 'sd', text: '/中*' }],
  ['AA5502010204', { kind: 'unknown', command: 0x55, payload: '0102' }],
  ['AA13020102C2', { kind: 'unknown', command: 0x13, payload: '0102' }],
  ['AA080401D62F2AE6', { kind: 'play-path', drive: 'sd', textHex: 'd62f2a', note: 'not text in gbk' }],
  ['AA1E0B303030303120202050334DF4', { kind: 'short-name', text: '00001   P3M' }],
  ['AA0000AA', { kind: 'unknown', command: 0, payload: '' }],
];

const frameBytes = fc
  .tuple(
    fc.oneof(
      fc.nat(0x27),
      fc.nat(0xff).filter((command) => command !== 0xaa),
    ),
    fc.uint8Array({ maxLength: 6 }),
  )
  .map(([command, data]) => {
    const body = [0xaa, command, data.length, ...data];
    return new Uint8Array([...body, body.reduce((all, byte) => all + byte, 0) & 0xff]);
  });

describe('jq8900 codec', () => {
  it.each(known)('reads and writes %s', (text, frame) => {
    expect(decodeHex(codec, text)).toEqual({ frames: [frame], errors: [], rest: '' });
    expect(hex(codec.encode(frame))).toBe(text);
  });

  it('reads a conversation', () => {
    const { frames, errors } = decodeHex(codec, 'AA0100AB AA010101AD AA07020008BB AA0C00B6 AA0C020142FB');
    expect(frames.map((frame) => frame.kind)).toEqual([
      'query-state',
      'state',
      'play-track',
      'query-track-count',
      'track-count',
    ]);
    expect(errors).toEqual([]);
  });

  it('reports a wrong sum where the frame begins, and finds the next', () => {
    const found = decodeHex(codec, 'AA0200AC AA07020008BC AA0300AD');
    expect(found.errors).toMatchObject([{ code: 'checksum', offset: 4 }]);
    expect(found.frames.map((frame) => frame.kind)).toEqual(['play', 'pause']);
  });

  it('finds a frame inside one that was cut off', () => {
    const found = decodeHex(codec, 'AA0702 AA0200AC');
    expect(found.errors).toMatchObject([{ code: 'checksum', offset: 0 }]);
    expect(found.frames).toEqual([{ kind: 'play' }]);
  });

  it('takes the last of several start bytes', () => {
    const found = decodeHex(codec, 'AAAAAA0200AC');
    expect(found.frames).toEqual([{ kind: 'play' }]);
    expect(found.errors).toMatchObject([{ code: 'noise', offset: 0 }]);
  });

  it('holds a long frame until it is whole', () => {
    const head = `AA08FF02${'41'.repeat(200)}`;
    expect(decodeHex(codec, head)).toMatchObject({ frames: [], errors: [], rest: head });
  });

  it.each([
    [undefined],
    [{ kind: 'set-volume', volume: 256 }],
    [{ kind: 'play-track', track: -1 }],
    [{ kind: 'play-path', drive: 'sd' }],
    [{ kind: 'play-path', drive: 'sd', text: '/a', textHex: '2f61' }],
    [{ kind: 'play-path', drive: 'sd', text: '/😀' }],
    [{ kind: 'play-path', drive: 'sd', text: 'a'.repeat(255) }],
    [{ kind: 'short-name', text: '' }],
    [{ kind: 'play-combination', names: ['001'] }],
    [{ kind: 'unknown', command: 1, payload: '0' }],
    [{ kind: 'unknown', command: 0xaa, payload: '' }],
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
    const noise = fc.array(
      fc.nat(255).filter((byte) => byte !== 0xaa),
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
