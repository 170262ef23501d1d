import { errorCode } from '@xiaolaba/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, decodeHex, hex, holdsLaws } from '../../testing/codec-laws.js';
import { codec } from './codec.js';

const bus = { edition: '2013', phone: '013912345678', serial: 1 };
const newBus = { edition: '2019', protocolVersion: 1, phone: '00000000013912345678', serial: 1 };
const shown = { display: true, speak: false, canFaultCode: false };
const still = { altitudeMetres: 0, speedKmh: 0, courseDegrees: 0, time: '2026-11-22T08:00:00+08:00', items: [] };

/** Worked out from the standard's tables by a separate script, check bytes included. */
const known: readonly (readonly [string, string, object])[] = [
  ['heartbeat', '7e000200000139123456780001337e', { kind: 'heartbeat', ...bus }],
  ['a check byte of 7E', '7e00020000013912345678004c7d027e', { kind: 'heartbeat', ...bus, serial: 76 }],
  ['a check byte of 7D', '7e00020000013912345678004f7d017e', { kind: 'heartbeat', ...bus, serial: 79 }],
  ['a reserved attribute', '7e000280000139123456780001b37e', { kind: 'heartbeat', ...bus, reservedBit: true }],
  ['a phone that is no number', '7e000200000139123456ff0001b47e', { kind: 'heartbeat', ...bus, phone: '0139123456ff' }],
  [
    'urgent text, 2013',
    '7e8300000201391234567800010141f07e',
    {
      kind: 'text',
      ...bus,
      flags: { urgent: true, display: false, speak: false, canFaultCode: false, advertisingScreen: false },
      text: 'A',
    },
  ],
  [
    'text on the sign, 2013',
    '7e8300000601391234567800011cb7c0d5a900a37e',
    {
      kind: 'text',
      ...bus,
      flags: { urgent: false, display: true, speak: true, canFaultCode: false, advertisingScreen: true },
      text: { text: '防诈', terminated: true },
    },
  ],
  [
    'service, 2019',
    '7e83004006010000000001391234567800010902b7c0d5a9f57e',
    {
      kind: 'text',
      ...newBus,
      flags: { class: 'service', display: false, speak: true, canFaultCode: false },
      type: 'service',
      text: '防诈',
    },
  ],
  [
    'notice, 2019',
    '7e830040040100000000013912345678000107016f6bf57e',
    { kind: 'text', ...newBus, flags: { class: 'notice', ...shown }, type: 'notice', text: 'ok' },
  ],
  [
    'urgent with a reserved bit and type, 2019',
    '7e830040040100000000013912345678000112056f6be47e',
    {
      kind: 'text',
      ...newBus,
      flags: { class: 'urgent', display: false, speak: false, canFaultCode: false, reserved: 16 },
      type: 5,
      text: 'ok',
    },
  ],
  [
    'bytes that are no GBK',
    '7e83000003013912345678000104ffffb57e',
    {
      kind: 'text',
      ...bus,
      flags: { urgent: false, ...shown, advertisingScreen: false },
      text: { hex: 'ffff', note: 'not-gbk' },
    },
  ],
  [
    'escapes in the body',
    '7e830000050139123456780001047d027d017d027d01b37e',
    { kind: 'text', ...bus, flags: { urgent: false, ...shown, advertisingScreen: false }, text: '~}~}' },
  ],
  [
    'a text too short for 2019',
    '7e830040010100000000013912345678000104f67e',
    { kind: 'other', ...newBus, messageId: '8300', bodyHex: '04', note: 'irregular' },
  ],
  [
    'a lone fragment',
    '7e83002003013912345678000100010001046869947e',
    {
      kind: 'text',
      ...bus,
      fragment: { total: 1, index: 1 },
      flags: { urgent: false, ...shown, advertisingScreen: false },
      text: 'hi',
    },
  ],
  [
    'registration of 2011',
    '7e010000210139123456780001001f007333343536374d4f44454c3031315445524d30313101b4a8413132333435627e',
    {
      kind: 'register',
      ...bus,
      layout: '2011',
      province: 31,
      city: 115,
      manufacturer: '34567',
      model: 'MODEL011',
      terminalId: 'TERM011',
      plateColour: 1,
      plate: '川A12345',
    },
  ],
  [
    'a code longer than its body',
    '7e01024005010000000001391234567800010941555448777e',
    { kind: 'other', ...newBus, messageId: '0102', bodyHex: '0941555448', note: 'irregular' },
  ],
  [
    'a place in the south',
    '7e0200001c0139123456780001400000000000000e005eba0006609d6f0000000000002611220800000c7e',
    {
      kind: 'location',
      ...bus,
      alarms: ['rollover'],
      status: ['located', 'south', 'west'],
      position: { latitude: -6.208, longitude: -106.995055 },
      ...still,
    },
  ],
  [
    'encrypted coordinates, month 13, half an item',
    '7e0200001d0139123456780001000000000000002201dc89d0073d8aa500000000000026132208000030b27e',
    {
      kind: 'location',
      ...bus,
      alarms: [],
      status: ['located', 'coordinates-encrypted'],
      position: null,
      unfixed: { latitudeE6: 31230416, longitudeE6: 121473701 },
      ...still,
      time: null,
      timeHex: '261322080000',
      tailHex: '30',
    },
  ],
  [
    'a fix at 0,0',
    '7e0200001c0139123456780001000000000000000200000000000000000000000000002611220800 00307e'.replace(' ', ''),
    {
      kind: 'location',
      ...bus,
      alarms: [],
      status: ['located'],
      position: null,
      unfixed: { latitudeE6: 0, longitudeE6: 0 },
      ...still,
    },
  ],
  [
    'bits of 2019',
    '7e0200402601000000000139123456780001000200000040000301dc89d0073d8aa5000000000000261122080000250400000011020200c8617e',
    {
      kind: 'location',
      ...newBus,
      alarms: ['right-turn-blind-spot'],
      status: ['acc-on', 'located', 'moving'],
      position: { latitude: 31.230416, longitude: 121.473701 },
      ...still,
      items: [
        { id: 0x25, signals: ['low-beam', 'brake'] },
        { id: 2, fuelLitres: 20 },
      ],
    },
  ],
];

describe('known frames', () => {
  it.each(known)('%s', (_name, wire, frame) => {
    expect(decodeHex(codec, wire)).toEqual({ frames: [frame], errors: [], rest: '' });
    expect(hex(codec.encode(frame)).toLowerCase()).toBe(wire);
  });
});

const heartbeat = '7E000200000139123456780001337E';
const codes = (wire: string) => decodeHex(codec, wire).errors.map(({ code, offset }) => [code, offset]);

describe('the stream', () => {
  it('says what is wrong, and where', () => {
    expect(codes('7E000200000139123456780001327E')).toEqual([['checksum', 0]]);
    expect(codes(`${heartbeat}7E0002000001391234567800017D037E`)).toEqual([['escape', 15]]);
    expect(codes('7E0002000301391234567800017D027E')).toEqual([['checksum', 0]]);
    expect(codes('7E000200020139123456780001317E')).toEqual([['length', 0]]);
    expect(codes('7E00027E')).toEqual([['too-short', 0]]);
    expect(codes('7E000240000139123456780001737E')).toEqual([['length', 0]]);
    expect(codes(`7E${'41'.repeat(3000)}${heartbeat}`)).toEqual([['too-long', 0]]);
  });

  it('leaves nothing after a frame that failed', () => {
    expect(decodeHex(codec, '7E000200000139123456780001327E').rest).toBe('');
  });

  it('finds the next frame whichever flag was lost or added', () => {
    const good = [
      heartbeat,
      `7E7E7E${heartbeat}`,
      `7E00FF${heartbeat}`,
      `00027E${heartbeat}`,
      `7E00027E${heartbeat.slice(2)}`,
    ];
    for (const wire of good) {
      const { frames, rest } = decodeHex(codec, `${wire}${heartbeat}`);
      expect(frames).toHaveLength(2);
      expect(rest).toBe('');
    }
  });

  it('reports noise once, and holds what has begun', () => {
    const found = decodeHex(codec, `010203${heartbeat}0405${heartbeat}7E0002`);
    expect(found.errors.map(({ code, offset }) => [code, offset])).toEqual([
      ['noise', 0],
      ['noise', 18],
    ]);
    expect(found.frames).toHaveLength(2);
    expect(found.rest).toBe('7E0002');
  });
});

describe('writing', () => {
  const refused = (value: unknown) => {
    try {
      codec.encode(value);
    } catch (error) {
      return errorCode(error);
    }
    return 'written';
  };
  const text = { kind: 'text', ...bus, flags: { urgent: false, ...shown }, text: '防诈' };

  it('takes what a driver writes', () => {
    expect(refused(text)).toBe('written');
    expect(refused({ kind: 'platform-reply', ...bus, replyTo: 7, messageId: '0200', result: 0 })).toBe('written');
  });

  it('refuses what the edition or the frame has no place for', () => {
    for (const wrong of [
      undefined,
      { ...text, extra: 1 },
      { ...text, phone: newBus.phone },
      { ...text, protocolVersion: 1 },
      { ...text, type: 'notice' },
      { ...text, flags: { class: 'urgent', ...shown } },
      { ...text, text: '😀' },
      { ...text, text: '诈'.repeat(512) },
      { ...text, encryption: 1 },
      { ...text, ...newBus },
      { kind: 'location', ...bus, alarms: ['on-fire'], status: [], position: null, ...still },
      { kind: 'location', ...bus, alarms: [], status: ['located'], position: { latitude: -1, longitude: 1 }, ...still },
      { kind: 'location', ...bus, alarms: [], status: [], position: { latitude: 1, longitude: 1 }, ...still },
    ]) {
      expect(refused(wrong)).toBe('frame-malformed');
    }
  });
});

describe('laws', () => {
  const word = fc.nat(0xffff);
  const header = fc.oneof(
    fc.record({ edition: fc.constant('2013'), phone: fc.constant(bus.phone), serial: word }),
    fc.record({
      edition: fc.constant('2019'),
      protocolVersion: fc.nat(255),
      phone: fc.constant(newBus.phone),
      serial: word,
    }),
  );
  const body = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('hex'));
  const messageId = fc.constantFrom(
    '0001',
    '0002',
    '0100',
    '0102',
    '0200',
    '0201',
    '0704',
    '8100',
    '8202',
    '8300',
    '8103',
    'ffff',
  );
  const anyMessage = fc
    .tuple(header, messageId, body)
    .map(([fields, id, bodyHex]) => codec.encode({ kind: 'other', ...fields, messageId: id, bodyHex }));
  const located = fc
    .tuple(fc.uint8Array({ minLength: 28, maxLength: 28 }), body)
    .map(([bytes, tail]) => `${Buffer.from(bytes).toString('hex')}${tail}`)
    .map((bodyHex) => codec.encode({ kind: 'other', ...bus, messageId: '0200', bodyHex }));
  const listed = fc.constantFrom(...known.map(([, wire]) => bytesOf(wire)));

  it('hold for frames, mutated frames and noise', () => {
    const whole = fc.oneof(listed, anyMessage, located);
    const cut = fc.tuple(whole, fc.nat(20)).map(([bytes, length]) => bytes.subarray(0, length));
    holdsLaws(codec, fc.oneof({ weight: 4, arbitrary: whole }, { weight: 1, arbitrary: cut }), 200);
  });
});
