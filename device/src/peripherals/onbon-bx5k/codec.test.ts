import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, decodePieces, hex, holdsLaws } from '../../testing/codec-laws.js';
import { codec, type OnbonFrame } from './codec.js';

const START = 'a5'.repeat(8);

const decode = (...chunks: Uint8Array[]) => decodePieces(codec, chunks);

function only(text: string): OnbonFrame {
  const { frames, errors, rest } = decode(bytesOf(text));
  expect({ errors, rest, count: frames.length }).toEqual({ errors: [], rest: '', count: 1 });
  const [frame] = frames;
  if (frame === undefined) throw new Error('no frame');
  expect(hex(codec.encode(JSON.parse(JSON.stringify(frame))))).toBe(hex(bytesOf(text)));
  return frame;
}
const codesOf = (text: string): string[] => decode(bytesOf(text)).errors.map(({ code }) => code);

/** From the maker's protocol and from public captures of its cards; the check values are theirs. */
const published = {
  ping: `${START} 0100 0080 000000 00 00 00 FE 02 0500 A200010000 68F8 5A`,
  status: `${START} 0100 0080 000000 00 00 00 FE 02 0500 A102010000 2D40 5A`,
  clear: `${START} 0100 0080 000000 00 00 00 FE 02 0500 A310010000 51F8 5A`,
  clock: `${START} 0100 0080 000000 00 00 00 FE 02 0D00 A203010800 1320012511172605 B03F 5A`,
  ack: `A5 ${START} 0080 FEFF 000000 00 00 00 FE 02 0500 A000000000 14AC 5A`,
  nack: `A5 ${START} 0080 FEFF 000000 00 00 00 FE 02 0500 A001050000 0551 5A`,
  format: `${START} 0100 0080 000000 00 00 00 FE 02 0500 A100010000 2CF8 5A`,
  pixels: `${START} FEFF 0080 000000 00 00 00 FE 02 2C00 A306010000 00 01 2300 00 0080 0000 8080 2000 00 00 00
    0A00 00 00 00 02 01 01 00 02 0A 08000000 BBB6D3ADB9E2C1D9 3C49 5A`,
  bytes: `${START} 0100 0080 000000 00 00 00 FE 02 3200 A306012D00 00 01 2900 00 0000 0000 1800 2000 00 00 00
    0200 00 00 00 02 02 03 00 04 05 0E000000 3031323334355152535454562742 A87D 5A`,
  font: `${START} 0100 0080 000000 00 00 00 FE 02 3500 A306020000 00 01 2C00 00 0000 0C00 4000 0C00 01 0A 01
    0200 00 00 00 01 01 01 00 17 02 11000000 5C464F30303054454D5045523A3231A1E6 82DA 5A`,
};

describe('published frames', () => {
  it.each(Object.entries(published))('%s reads and writes back', (_name, text) => {
    only(text);
  });

  it('names what stands in them', () => {
    expect(only(published.ping)).toMatchObject({
      kind: 'ping',
      answer: 'must',
      header: { startBytes: 8, destination: 1, source: 0x8000, check: 'crc', device: 'any', display: 'normal' },
    });
    expect(only(published.status)).toMatchObject({ kind: 'query-status' });
    expect(only(published.clear)).toMatchObject({ kind: 'clear-screen' });
    expect(only(published.format)).toMatchObject({ kind: 'unknown', group: 0xa1, command: 0, third: 1 });
    expect(only(published.ack)).toMatchObject({ kind: 'ack', error: 'none', header: { startBytes: 9 } });
    expect(only(published.nack)).toMatchObject({
      kind: 'nack',
      error: 'crc',
      header: { source: 'broadcast-answering' },
    });
    expect(only(published.clock)).toMatchObject({
      kind: 'set-clock',
      reserved: '0800',
      clock: { year: 2013, month: 1, day: 25, hour: 11, minute: 17, second: 26, weekday: 5 },
    });
  });

  it('reads areas in pixels and in bytes', () => {
    expect(only(published.pixels)).toMatchObject({
      kind: 'dynamic-text',
      deleteAreas: [],
      areas: [
        {
          x: { pixels: 0, unit: 'pixel' },
          width: { pixels: 128, unit: 'pixel' },
          height: 32,
          runMode: 'loop',
          timeoutSeconds: 10,
          lines: 'multi',
          wrap: 'manual',
          effect: 'static',
          speed: 2,
          staySeconds: 5,
          content: { text: '欢迎光临' },
        },
      ],
    });
    expect(only(published.bytes)).toMatchObject({
      areas: [{ width: { pixels: 192, unit: 'byte' }, wrap: 'auto', effect: 'move-left', staySeconds: 2.5 }],
    });
    expect(only(published.font)).toMatchObject({
      answer: 'none',
      areas: [
        { id: 1, lineSpacing: 10, runMode: 'hold-last', lines: 'single', content: { text: '\\FO000TEMPER:21℃' } },
      ],
    });
  });
});

/** Frames of our own in check modes whose values can be summed by hand. */
const unchecked = (data: string, tail = 'ffff', head = '0100008000000000 0200fe02'): string => {
  const plain = data.replaceAll(' ', '');
  const length = Buffer.from([(plain.length / 2) & 0xff, plain.length >> 9]).toString('hex');
  return `${START}${head}${length}${plain}${tail}5a`;
};

describe('check modes', () => {
  it('takes a 16-bit sum, low byte first', () => {
    // 01+80+01+FE+02+05 = 187, A2+01 = A3: 22A
    expect(only(`${START} 0100 0080 000000 00 01 00 FE 02 0500 A200010000 2A02 5A`)).toMatchObject({ kind: 'ping' });
    expect(codesOf(`${START} 0100 0080 000000 00 01 00 FE 02 0500 A200010000 2B02 5A`)).toEqual(['checksum']);
  });
  it('keeps whatever stands in place of a check value', () => {
    expect(only(unchecked('a200010000', '1234'))).toMatchObject({ header: { check: 'none', checkBytes: '1234' } });
    expect(only(unchecked('a200010000', ''))).toMatchObject({ header: { check: 'none', checkBytes: '' } });
  });
  it('refuses a wrong CRC, high byte first, and other modes', () => {
    expect(codesOf(published.ping.replace('68F8', 'F868'))).toEqual(['checksum']);
    expect(codesOf(published.ping.replace('00 00 FE', '03 00 FE'))).toEqual(['checksum']);
  });
});

describe('escapes', () => {
  it('carries all four bytes both ways, in the check value too', () => {
    const frame = only(unchecked('a2ee010000 a602 a601 5b02 5b01', 'a6025b02').replace('0d00', '0900'));
    expect(frame).toMatchObject({ kind: 'unknown', payload: 'a5a65a5b', header: { checkBytes: 'a55a' } });
  });
  it('refuses a dangling or foreign escape', () => {
    expect(codesOf(unchecked('a200010000', '11a6'))).toEqual(['escape']);
    expect(codesOf(unchecked('a200010000', 'a603'))).toEqual(['escape']);
    expect(codesOf(unchecked('a200010000', '5b00'))).toEqual(['escape']);
  });
});

describe('headers', () => {
  it('names both broadcasts', () => {
    expect(only(unchecked('a200010000', 'ffff', 'ffff008000000000 0201fe02'))).toMatchObject({
      header: { destination: 'broadcast-silent', display: 'dynamic' },
    });
    expect(only(unchecked('a200010000', 'ffff', 'feff01800102ff00 02025102'))).toMatchObject({
      header: { destination: 'broadcast-answering', source: 0x8001, reserved: '0102ff', display: 2, device: 'BX-5K1' },
    });
  });
  it('reads the barcode that bit 0 of its flag announces', () => {
    const barcode = '30313233343536373839414243444546';
    expect(only(unchecked('a405010000', 'ffff', `feff008000000001${barcode}02006102`))).toMatchObject({
      kind: 'unknown',
      header: { barcodeFlag: 1, barcode, device: 'BX-6K1' },
    });
  });
  it('refuses another generation by its name', () => {
    // A valid CRC says that the sender meant it; with a wrong one the version byte is as doubtful as any other.
    expect(codesOf(`${START} 0100 0080 000000 00 00 00 FE 06 0500 A200010000 690B 5A`)).toEqual([
      'unsupported-generation',
    ]);
    expect(codesOf(`${START} 0100 0080 000000 00 00 00 FE 06 0500 A200010000 68F8 5A`)).toEqual(['checksum']);
    expect(codesOf(unchecked('a200010000', 'ffff', '0100008000000000 0200fe06'))).toEqual(['unsupported-generation']);
    expect(codesOf(`${START} feff0080f000000000fe000000000a000000a300010000 1122 5a`)).toEqual([
      'unsupported-generation',
    ]);
  });
  it('tells lengths that do not fit', () => {
    expect(codesOf(published.ping.replace('0500', '0600'))).toEqual(['too-short']);
    expect(codesOf(published.ping.replace('0500', '0400'))).toEqual(['too-long']);
    expect(codesOf(`${START} 5a`)).toEqual(['too-short']);
    expect(codesOf(unchecked('a200'))).toEqual(['malformed']);
  });
});

describe('commands', () => {
  it('sets brightness, fixed and by the half hour', () => {
    expect(only(unchecked('a302010000 010f'))).toMatchObject({ mode: 'fixed', level: 15, schedule: [] });
    expect(only(unchecked(`a302010000 0200${'0a'.repeat(48)}`))).toMatchObject({
      kind: 'set-brightness',
      mode: 'scheduled',
      schedule: Array(48).fill(10),
    });
    expect(only(unchecked('a302010000 01'))).toMatchObject({ kind: 'unknown', command: 2 });
  });
  it('switches the screen', () => {
    expect(only(unchecked('a300010000 02'))).toMatchObject({ kind: 'switch-power', power: 'off' });
  });
  it('keeps clocks that are none as bytes', () => {
    expect(only(unchecked('a203010000 1a20012511172605'))).toMatchObject({ kind: 'unknown' });
    expect(only(unchecked('a203010000 2620130100000004'))).toMatchObject({ kind: 'unknown' });
    expect(only(unchecked('a203010000 2026123123595904'))).toMatchObject({
      clock: { year: 2026, yearHighByteFirst: true, weekday: 4 },
    });
  });
  it('reads a status answer', () => {
    const head = 'a102000000 01 08 1120 06 18 06 235958 02 50303030';
    const ids = '30313233343536373839414243444546 000000000000000000000000';
    expect(only(unchecked(`${head} 01 03 02 0001 ${ids}`))).toMatchObject({
      kind: 'status',
      error: 'none',
      power: 'on',
      brightness: 8,
      clock: { year: 2011, month: 6, day: 18, weekday: 6, hour: 23, minute: 59, second: 58 },
      programmes: 2,
      playing: '50303030',
      details: { specialArea: 1, specialPages: 3, areas: [0, 1] },
    });
    expect(only(unchecked(`${head} 00`))).toMatchObject({ kind: 'status', tail: '00' });
  });
  it('deletes areas, some or all', () => {
    expect(only(unchecked('a306010100 02 0103 00'))).toMatchObject({ deleteAreas: [1, 3], areas: [] });
    expect(only(unchecked('a306010000 ff 00'))).toMatchObject({ deleteAreas: 'all' });
  });
  it('reads areas that speak, with extensions, several at once', () => {
    const place = '00 0380 0100 0580 1000 02 00 02 0a00';
    const shown = '0a 02 09 06 07 18 ff';
    const first = `${place} 02 15 05 04 04000000 c4e3bac3 03 010200 ${shown} 01000000 41`.replaceAll(' ', '');
    const second = `${place} 01 00 00 0a 00 ${shown} 02000000 ff41`.replaceAll(' ', '');
    const size = (area: string): string => Buffer.from([area.length / 2, 0]).toString('hex');
    expect(only(unchecked(`a306010000 00 03 ${size(first)}${first} ${size(second)}${second} 0100 77`))).toMatchObject({
      areas: [
        {
          x: { pixels: 3, unit: 'pixel' },
          sound: { mode: 2, speakerAndRepeats: 0x15, volume: 5, speed: 4, words: { text: '你好' } },
          extension: '010200',
          alignment: 10,
          wrap: 9,
          effect: 'move-down',
          exit: 7,
          speed: 24,
          staySeconds: 127.5,
          content: { text: 'A' },
        },
        { sound: { mode: 1 }, content: { hex: 'ff41', note: 'not-gbk' } },
        { raw: '77' },
      ],
    });
  });
  it('keeps short data', () => {
    expect(only(unchecked('a00003'))).toMatchObject({ kind: 'ack', error: 'busy', reserved: '' });
    expect(only(unchecked('a0000c00'))).toMatchObject({ kind: 'ack', error: 'no-font', reserved: '00' });
  });
});

describe('streams', () => {
  const ping = bytesOf(published.ping);
  it('finds frames after noise, with one error for it', () => {
    const found = decode(bytesOf('00a5a501'), ping, bytesOf('ff5a00'), ping, ping);
    expect(found.frames).toHaveLength(3);
    expect(found.errors).toMatchObject([
      { code: 'noise', offset: 0 },
      { code: 'noise', offset: 4 + ping.length },
    ]);
  });
  it('gives up a frame that another one interrupts', () => {
    const found = decode(ping.subarray(0, 20), ping);
    expect(found.errors).toMatchObject([{ code: 'truncated', offset: 0 }]);
    expect(found.frames).toHaveLength(1);
  });
  it('holds what has begun, and forgets it on reset', () => {
    const decoder = codec.decoder();
    decoder.push(ping.subarray(0, 25));
    expect(hex(decoder.rest)).toBe(hex(ping.subarray(0, 25)));
    decoder.reset();
    expect(decoder.push(ping).frames).toHaveLength(1);
  });
  it('takes a stuck line for noise', () => {
    const found = decode(new Uint8Array(5000).fill(0xa5), ping.subarray(8));
    expect(found.errors).toMatchObject([{ code: 'noise', offset: 0 }]);
    expect(found.frames).toMatchObject([{ header: { startBytes: 256 } }]);
  });
  it('ends a frame that never ends', () => {
    const decoder = codec.decoder();
    decoder.push(ping.subarray(0, 20));
    const { errors } = decoder.push(new Uint8Array(200_000));
    expect(errors).toMatchObject([{ code: 'too-long', offset: 0 }]);
    expect(decoder.rest.length).toBeLessThanOrEqual(codec.maxHeldBytes);
  });
});

describe('properties', () => {
  const interesting = fc.constantFrom(0xa5, 0xa6, 0x5a, 0x5b, 0x01, 0x02, 0x00, 0xfe, 0xa3);
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.array(interesting, { maxLength: 20 }).map((list) => Uint8Array.from(list)),
    fc.constantFrom(...Object.values(published), START, unchecked('a200010000')).map(bytesOf),
    fc.tuple(fc.uint8Array({ minLength: 3, maxLength: 60 })).map(([data]) => packet(data)),
  );
  const packet = (data: Uint8Array): Uint8Array =>
    codec.encode({
      kind: 'unknown',
      header: { ...(only(published.ping) as Extract<OnbonFrame, { kind: 'ping' }>).header },
      reserved: data.length > 4 ? hex(data.subarray(3, 5)) : hex(data.subarray(3)),
      group: data[0],
      command: data[1],
      third: data[2],
      payload: hex(data.subarray(5)),
    });

  it('holds the laws of codecs', () => {
    holdsLaws(codec, pieces, 150);
  });
  it('finds a good frame after any noise without a start byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), (random) => {
        const noise = random.map((value) => (value === 0xa5 ? 0 : value));
        const found = decode(noise, bytesOf(published.ping));
        expect(found.frames).toHaveLength(1);
        expect(found.errors).toMatchObject([{ code: 'noise', offset: 0 }]);
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
    const ping = only(published.ping);
    const shown = only(published.font) as Extract<OnbonFrame, { kind: 'dynamic-text' }>;
    const lacking = { ...shown, areas: shown.areas.map((area) => ({ ...area, content: { text: '😀' } })) };
    for (const broken of [
      { ...ping, reserved: '', payload: '00' },
      { ...ping, answer: 256 },
      { ...ping, kind: 'pong' },
      lacking,
      { ...lacking, reserved: '' },
    ])
      expect(() => codec.encode(broken)).toThrow(expect.objectContaining({ code: 'frame-malformed' }));
  });
});
