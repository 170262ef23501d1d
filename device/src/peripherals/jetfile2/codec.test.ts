import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, decodePieces, hex } from '../../testing/codec-laws.js';
import { codec, type JetFileFrame } from './codec.js';

const asHex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

const decode = (...chunks: Uint8Array[]) => decodePieces(codec, chunks);

function only(text: string): JetFileFrame {
  const { frames, errors, rest } = decode(bytesOf(text));
  expect({ errors, rest, count: frames.length }).toEqual({ errors: [], rest: '', count: 1 });
  const [frame] = frames;
  if (frame === undefined) throw new Error('no frame');
  expect(hex(codec.encode(JSON.parse(JSON.stringify(frame))))).toBe(hex(bytesOf(text)));
  return frame;
}
const codesOf = (text: string): string[] => decode(bytesOf(text)).errors.map(({ code }) => code);
const segmentsOf = (text: string) => only(`015a303002 4141 06 ${text} 04`);

const welcome = '015A30303241410677656C636F6D6504';

describe('the simple form', () => {
  it('reads the welcome, a digit in the place of STX', () => {
    expect(only(welcome)).toEqual({
      kind: 'write-text',
      address: '00',
      textStart: '32',
      ending: { form: 'simple', answer: false },
      file: { label: 'A' },
      jetFile: true,
      segments: [{ type: 'text', text: 'welcome' }],
    });
  });
  it('reads STX, another address, another label, no 06, and ETX for an answer', () => {
    expect(only('015a 3146 02 41 62 4869 03')).toMatchObject({
      address: '1F',
      textStart: '02',
      ending: { form: 'simple', answer: true },
      file: { label: 'b' },
      jetFile: false,
      segments: [{ type: 'text', text: 'Hi' }],
    });
  });
  it('reads paths on the RAM and flash drives', () => {
    expect(only(`015a303002 41 0f45544141 06 ${asHex('hello')} 04`)).toMatchObject({
      file: { drive: 'E', folder: 'T', name: 'AA' },
      jetFile: true,
    });
    expect(only('015a303002 41 0f44543132 04')).toMatchObject({
      file: { drive: 'D', folder: 'T', name: '12' },
      jetFile: false,
      segments: [],
    });
  });
  it('reads the answer', () => {
    expect(only('4f4b')).toEqual({ kind: 'ok' });
    expect(decode(bytesOf(`${welcome}4f4b${welcome}`)).frames.map(({ kind }) => kind)).toEqual([
      'write-text',
      'ok',
      'write-text',
    ]);
  });
  it('keeps other commands', () => {
    expect(only('015a303002 45 2024ff0a 04')).toMatchObject({ kind: 'unknown', command: 'E', payload: '2024ff0a' });
  });
});

describe('segments', () => {
  it('reads each control code', () => {
    expect(segmentsOf('0a4931 1c32 0f33 41 0d 42 0c 0e 0a4f35 1a36 0b37 0738 1e30 1f31 1b3062')).toMatchObject({
      segments: [
        { type: 'effect', phase: 'in', code: '1' },
        { type: 'colour', code: '2' },
        { type: 'speed', code: '3' },
        { type: 'text', text: 'A' },
        { type: 'new-line' },
        { type: 'text', text: 'B' },
        { type: 'frame' },
        { type: 'pause' },
        { type: 'effect', phase: 'out', code: '5' },
        { type: 'font', code: '6' },
        { type: 'special-font', code: '7' },
        { type: 'twinkle', code: '8' },
        { type: 'align-across', code: '0' },
        { type: 'align-down', code: '1' },
        { type: 'window', code: '0b' },
      ],
    });
  });
  it('keeps codes without a parameter and codes it does not know', () => {
    expect(segmentsOf('08 0a4131 1c0d 0fb7b4 0a')).toMatchObject({
      segments: [
        { type: 'control', hex: '08' },
        { type: 'control', hex: '0a' },
        { type: 'text', text: 'A1' },
        { type: 'control', hex: '1c' },
        { type: 'new-line' },
        { type: 'control', hex: '0f' },
        { type: 'text', text: '反' },
        { type: 'control', hex: '0a' },
      ],
    });
  });
  it('reads Chinese, and keeps what is no GBK', () => {
    expect(segmentsOf('b7b4d5a9 1c31 41ff42')).toMatchObject({
      segments: [
        { type: 'text', text: '反诈' },
        { type: 'colour', code: '1' },
        { type: 'bytes', hex: '41ff42', note: 'not-gbk' },
      ],
    });
  });
});

describe('the checked form', () => {
  // 01+59+30+30+02+41+41+48+69+03: 1F2
  const covered = '0159303002 4141 4869 03';
  it('takes the sum high byte first, low byte first, or in digits', () => {
    expect(only(`${covered} 01f2`)).toMatchObject({ ending: { form: 'checked', checksum: 'big-endian' } });
    expect(only(`${covered} f201`)).toMatchObject({ ending: { form: 'checked', checksum: 'little-endian' } });
    expect(only(`${covered} ${asHex('01F2')}`)).toMatchObject({ ending: { checksum: 'hex-upper' } });
    expect(only(`${covered} ${asHex('01f2')}`)).toMatchObject({ ending: { checksum: 'hex-lower' } });
  });
  it('refuses another sum', () => {
    for (const sum of ['01f3', '02f2', asHex('01F3'), asHex('01Fx')])
      expect(decode(bytesOf(`${covered} ${sum} ${welcome}`))).toMatchObject({
        errors: [{ code: 'checksum', offset: 0 }],
        frames: [{ kind: 'write-text', ending: { form: 'simple' } }],
      });
  });
  it('reads the EOT that may follow, and only there', () => {
    expect(decode(bytesOf(`${covered} 01f2 04 4f4b`))).toMatchObject({
      frames: [{ kind: 'write-text' }, { kind: 'end-of-transmission' }, { kind: 'ok' }],
      errors: [],
    });
    expect(decode(bytesOf(`${welcome}04`)).errors).toMatchObject([{ code: 'noise', offset: 16 }]);
    expect(hex(codec.encode({ kind: 'end-of-transmission' }))).toBe('04');
  });
  it('refuses EOT in the place of ETX', () => {
    expect(codesOf('0159303002 4141 4869 04')).toEqual(['malformed']);
  });
  it('finds the frame that follows a lost sum', () => {
    expect(decode(bytesOf(`${covered}${welcome}`))).toMatchObject({
      errors: [{ code: 'checksum', offset: 0 }],
      frames: [{ kind: 'write-text' }],
    });
  });
});

describe('broken frames', () => {
  it.each([
    ['015a 0030 02 4141 04', 'malformed'],
    ['015a 3030 33 4141 04', 'malformed'],
    ['015a 3030 02 1041 04', 'malformed'],
    ['015a 3030 02 4106 04', 'malformed'],
    ['015a 3030 02 410f450041 04', 'malformed'],
  ])('%s is %s', (text, code) => {
    const found = decode(bytesOf(text + welcome));
    expect(found.errors).toMatchObject([{ code, offset: 0 }]);
    expect(found.frames).toHaveLength(1);
  });
  it('gives up a frame that another one interrupts', () => {
    expect(decode(bytesOf(`015a303002414168656c ${welcome}`))).toMatchObject({
      errors: [{ code: 'truncated', offset: 0 }],
      frames: [{ segments: [{ text: 'welcome' }] }],
    });
  });
  it('takes 1024 bytes of text and no more', () => {
    const frame = only(`015a303002 4141 06 ${'41'.repeat(1024)} 04`);
    expect(frame).toMatchObject({ segments: [{ text: 'A'.repeat(1024) }] });
    const found = decode(bytesOf(`015a303002 4141 06 ${'41'.repeat(1025)} 04 ${welcome}`));
    expect(found.errors).toMatchObject([{ code: 'too-long', offset: 0 }]);
    expect(found.frames).toHaveLength(1);
    expect(() => codec.encode({ ...frame, segments: [{ type: 'text', text: 'A'.repeat(1025) }] })).toThrow(
      expect.objectContaining({ code: 'frame-malformed' }),
    );
  });
  it('counts noise once', () => {
    expect(decode(bytesOf(`00ff01024c4f00 ${welcome} 0000 4f4b`))).toMatchObject({
      errors: [
        { code: 'noise', offset: 0 },
        { code: 'noise', offset: 23 },
      ],
      frames: [{ kind: 'write-text' }, { kind: 'ok' }],
    });
  });
  it('holds what has begun, and forgets it on reset', () => {
    const decoder = codec.decoder();
    decoder.push(bytesOf(welcome).subarray(0, 9));
    expect(hex(decoder.rest)).toBe('015A30303241410677');
    decoder.reset();
    expect(decoder.push(bytesOf('4f4b')).frames).toHaveLength(1);
  });
});

describe('encoding', () => {
  const frame = only(welcome);
  it.each([
    [{ type: 'text', text: 'a\nb' }],
    [{ type: 'text', text: '😀' }],
    [{ type: 'text', text: '' }],
    [{ type: 'control', hex: '04' }],
    [{ type: 'control', hex: '03' }],
    [{ type: 'bytes', hex: '4104', note: 'not-gbk' }],
    [{ type: 'colour', code: '\u0004' }],
    [{ type: 'speed' }],
  ])('refuses %j', (segment) => {
    expect(() => codec.encode({ ...frame, segments: [segment] })).toThrow(
      expect.objectContaining({ code: 'frame-malformed' }),
    );
  });
  it('refuses a new frame within a frame', () => {
    const segments = [
      { type: 'control', hex: '01' },
      { type: 'text', text: 'Zoo' },
    ];
    expect(() => codec.encode({ ...frame, segments })).toThrow(expect.objectContaining({ code: 'frame-malformed' }));
  });
});

describe('properties', () => {
  const interesting = fc.constantFrom(
    0x01,
    0x5a,
    0x59,
    0x02,
    0x32,
    0x41,
    0x0f,
    0x03,
    0x04,
    0x4f,
    0x4b,
    0x30,
    0x0a,
    0x1c,
    0xb7,
  );
  const text = fc.array(fc.oneof(interesting, fc.integer({ min: 0x20, max: 0xff })), { maxLength: 30 });
  const checked = text.map((list) => {
    const inner = list.filter((value) => value !== 3 && value !== 4 && value !== 1);
    const covered = Uint8Array.from([0x01, 0x59, 0x30, 0x31, 0x02, 0x41, 0x42, ...inner, 0x03]);
    const sum = covered.reduce((total, value) => total + value, 0);
    return Uint8Array.from([...covered, sum >> 8, sum & 0xff]);
  });
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    text.map((list) => Uint8Array.from(list)),
    text.map((list) => Uint8Array.from([...bytesOf('015a3030024141'), ...list, 0x04])),
    checked,
    fc.constantFrom(welcome, '4f4b', '04', '0159303002').map(bytesOf),
  );
  const streams = fc.array(pieces, { maxLength: 6 }).map((parts) => Buffer.concat(parts));

  it('writes every frame back, however the stream was cut', () => {
    fc.assert(
      fc.property(streams, fc.array(fc.nat(40), { maxLength: 8 }), (stream, cuts) => {
        const whole = decode(stream);
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(stream.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(stream.subarray(at));
        expect(decode(...chunks)).toEqual(whole);
        expect(decode(...[...stream].map((value) => Uint8Array.of(value)))).toEqual(whole);
        for (const frame of whole.frames) {
          const bytes = codec.encode(JSON.parse(JSON.stringify(frame)));
          expect(hex(stream)).toContain(hex(bytes));
          if (frame.kind !== 'end-of-transmission')
            expect(decode(bytes)).toEqual({ frames: [frame], errors: [], rest: '' });
        }
      }),
      { numRuns: 300 },
    );
  });
  it('reads checked frames of any text', () => {
    fc.assert(
      fc.property(checked, (bytes) => {
        expect(decode(bytes)).toMatchObject({ errors: [], rest: '', frames: [{ ending: { form: 'checked' } }] });
      }),
      { numRuns: 100 },
    );
  });
  it('finds a good frame after noise, within bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), (random) => {
        const noise = random.map((value) => (value === 0x01 || value === 0x4f ? 0 : value));
        const found = decode(noise, bytesOf(welcome));
        expect(found).toMatchObject({
          errors: [{ code: 'noise', offset: 0 }],
          frames: [{ kind: 'write-text' }],
          rest: '',
        });
        const decoder = codec.decoder();
        decoder.push(bytesOf('015a3030024141'));
        decoder.push(noise);
        expect(decoder.rest.length).toBeLessThanOrEqual(codec.maxHeldBytes);
      }),
      { numRuns: 100 },
    );
  });
  it('refuses values that are no frame', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => codec.encode(value)).toThrow(expect.objectContaining({ code: 'frame-malformed' }));
      }),
      { numRuns: 100 },
    );
  });
});
