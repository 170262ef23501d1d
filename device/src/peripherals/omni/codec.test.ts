import { errorCode } from '@xiaolaba/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHex, decodePieces, hex, holdsLaws } from '../../testing/codec-laws.js';
import { codec, type OmniFrame } from './codec.js';

const imei = '123456789123456';
const wireOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const fromLock = (tail: string) => `*SCOR,OM,${imei},${tail}#\n`;
const fromServer = (tail: string) => `\xff\xff*SCOS,OM,${imei},${tail}#\n`;
const lock = { family: 'SCO', direction: 'from-lock', vendor: 'OM', imei };
const server = { ...lock, direction: 'from-server' };
const horseshoe = { family: 'CMD', direction: 'from-lock', vendor: 'OM', imei, clock: '2020-03-18T12:30:20' };
const ride = { userId: 1234, timestamp: 1497689816 };

const known: readonly (readonly [string, object])[] = [
  [fromLock('Q0,412,80,28'), { kind: 'check-in', ...lock, batteryVolts: 4.12, batteryPercent: 80, signal: 28 }],
  [
    fromLock('H0,1,380,20,55,1'),
    {
      kind: 'lock-heartbeat',
      ...lock,
      locked: true,
      batteryVolts: 3.8,
      signal: 20,
      batteryPercent: 55,
      charging: true,
    },
  ],
  [
    fromServer('R0,0,20,1234,1497689816'),
    { kind: 'request-key', ...server, operation: 'unlock', validSeconds: 20, ...ride },
  ],
  [fromLock('R0,1,55,1234,1497689816'), { kind: 'operation-key', ...lock, operation: 'lock', key: 55, ...ride }],
  [fromServer('L0,55,1234,1497689816'), { kind: 'unlock', ...server, key: 55, ...ride }],
  [fromLock('L0,0,1234,1497689816'), { kind: 'unlocked', ...lock, result: 0, ...ride }],
  [fromServer('L0'), { kind: 'unlocked-received', ...server }],
  [fromServer('L1,55'), { kind: 'lock', ...server, key: 55 }],
  [fromLock('L1,0,1234,1497689816,3'), { kind: 'locked', ...lock, result: 0, ...ride, rideMinutes: 3 }],
  [fromServer('V0,1'), { kind: 'voice', ...server, voice: 'hold' }],
  [fromServer('V0,2'), { kind: 'voice', ...server, voice: 'find' }],
  [fromServer('V0,80'), { kind: 'voice', ...server, voice: 'voice-off' }],
  [fromServer('V0,81'), { kind: 'voice', ...server, voice: 'voice-on' }],
  [fromServer('V0,7'), { kind: 'voice', ...server, voice: 7 }],
  [fromLock('V0,2'), { kind: 'voice-echo', ...lock, voice: 'find' }],
  [fromLock('V0,02'), { kind: 'voice-echo', ...lock, voice: 'find', params: ['02'] }],
  [fromLock('W0,3'), { kind: 'alarm', ...lock, alarm: 'forced' }],
  [fromLock('K0,OmniW4GX'), { kind: 'bluetooth-key', ...lock, key: 'OmniW4GX' }],
  [fromServer('K0'), { kind: 'query-bluetooth-key', ...server }],
  [fromServer('D1,60'), { kind: 'track', ...server, intervalSeconds: 60 }],
  [
    fromLock('S5,3,1,240,10'),
    { kind: 'settings-report', ...lock, sensitivity: 3, upload: 1, heartbeatSeconds: 240, uploadSeconds: 10 },
  ],
  [
    fromLock('G0,110,Jul 4 2018,1101,,'),
    { kind: 'other', ...lock, command: 'G0', params: ['110', 'Jul 4 2018', '1101', '', ''] },
  ],
  [
    fromLock('D0,0,124458.00,A,2237.7514,N,11408.6214,E,6,0.21,151216,10,M,A'),
    {
      kind: 'position',
      ...lock,
      trigger: 'query',
      time: '2016-12-15T12:44:58.00Z',
      position: { latitude: 22.62919, longitude: 114.14369 },
      satellites: 6,
      hdop: 0.21,
      altitudeMetres: 10,
    },
  ],
  [
    fromLock('D0,1,012102.00,A,0630.00000,S,10659.70331,E,12,0.69,151118,30.3,M,A'),
    {
      kind: 'position',
      ...lock,
      trigger: 'interval',
      time: '2018-11-15T01:21:02.00Z',
      position: { latitude: -6.5, longitude: 106.99505516666666 },
      satellites: 12,
      hdop: 0.69,
      altitudeMetres: 30.3,
      params: ['1', '012102.00', 'A', '0630.00000', 'S', '10659.70331', 'E', '12', '0.69', '151118', '30.3', 'M', 'A'],
    },
  ],
  [
    fromLock('D0,0,033724.00,V,,,,,,,120517,,,N'),
    {
      kind: 'position',
      ...lock,
      trigger: 'query',
      time: '2017-05-12T03:37:24.00Z',
      position: null,
      satellites: null,
      hdop: null,
      altitudeMetres: null,
      params: ['0', '033724.00', 'V', '', '', '', '', '', '', '120517', '', '', 'N'],
    },
  ],
  [`*CMDR,OM,${imei},200318123020,Q0,412#\n`, { kind: 'check-in', ...horseshoe, batteryVolts: 4.12 }],
  [
    `*CMDR,OM,${imei},000000000000,L1,1234,1497689816,3#\r\n`,
    { kind: 'locked-horseshoe', ...horseshoe, clock: '000000000000', lineEnd: 'crlf', ...ride, rideMinutes: 3 },
  ],
  [
    `\xff\xff*CMDS,OM,${imei},200318123020,Re,L1#\n`,
    { kind: 'acknowledge', ...horseshoe, direction: 'from-server', of: 'L1' },
  ],
  [
    `\xff\xff*CMDS,OM,${imei},200318123020,L0,0,1234,1497689816#\n`,
    { kind: 'unlock-horseshoe', ...horseshoe, direction: 'from-server', resetRideTimer: 0, ...ride },
  ],
  [
    `*CMDR,OM,${imei},200318123020,S5,410,25,8,1#\n`,
    { kind: 'status', ...horseshoe, batteryVolts: 4.1, signal: 25, satellites: 8, locked: true },
  ],
  [
    `*CMDR,OM,${imei},200318123020,S5,412,30,5,0,0#\n`,
    {
      kind: 'status',
      ...horseshoe,
      batteryVolts: 4.12,
      signal: 30,
      satellites: 5,
      locked: false,
      params: ['412', '30', '5', '0', '0'],
    },
  ],
  [`*SCOS,OM,${imei},D0#\n`, { kind: 'query-position', ...server, prefixed: false }],
  [
    `\xff\xff*HBCR,NG,${imei},V0,1#\n`,
    { kind: 'voice-echo', ...lock, family: 'HBC', vendor: 'NG', prefixed: true, voice: 'hold' },
  ],
];

describe('known lines', () => {
  it.each(known)('%j', (text, frame) => {
    const found = decodePieces(codec, [wireOf(text)]);
    expect(found).toMatchObject({ errors: [], rest: '' });
    expect(found.frames).toEqual([frame]);
    expect(Buffer.from(codec.encode(frame)).toString('latin1')).toBe(text);
  });

  it('are whole without a line end once the input ends', () => {
    const decoder = codec.decoder();
    const text = `*SCOR,OM,${imei},V0,2#`;
    expect(decoder.push(wireOf(text)).frames).toEqual([]);
    const frame = { kind: 'voice-echo', ...lock, lineEnd: 'none', voice: 'find' };
    expect(decoder.end?.()).toEqual({ frames: [frame], errors: [] });
    expect(decoder.rest).toHaveLength(0);
    expect(Buffer.from(codec.encode(frame)).toString('latin1')).toBe(text);
    expect(decodePieces(codec, [wireOf(text), wireOf(text), wireOf('\n')]).frames).toEqual([
      frame,
      { kind: 'voice-echo', ...lock, voice: 'find' },
    ]);
  });
});

const codes = (text: string) => decodePieces(codec, [wireOf(text)]).errors.map(({ code, offset }) => [code, offset]);

describe('the stream', () => {
  it('says what is wrong, and where', () => {
    expect(codes(`*ABCD,OM,${imei},V0,1#\n`)).toEqual([['header', 0]]);
    expect(codes(`*SCOR,om,${imei},V0,1#\n`)).toEqual([['vendor', 0]]);
    expect(codes('*SCOR,OM,1234,V0,1#\n')).toEqual([['imei', 0]]);
    expect(codes(`*CMDR,OM,${imei},V0,1#\n`)).toEqual([['clock', 0]]);
    expect(codes(`*SCOR,OM,${imei},,1#\n`)).toEqual([['command', 0]]);
    expect(codes(`*SCOR,OM,${'1'.repeat(3000)}`)).toEqual([['too-long', 0]]);
    expect(codes('0xFFFF*')).toEqual([['noise', 0]]);
    expect(codes('\x80\xff\xff\xff\xff')).toEqual([['noise', 0]]);
  });

  it('loses only the frame that broke off', () => {
    const good = fromServer('V0,2');
    const found = decodePieces(codec, [wireOf(`*SCOR,OM,12${good}\xc3\xbf\xc3\xbf*SCOR,OM,${good}*\x00${good}`)]);
    expect(found.frames.map(({ kind }) => kind)).toEqual(['voice', 'voice', 'voice']);
    expect(found.rest).toBe('');
    expect(found.errors.map(({ code }) => code)).toEqual(['truncated', 'noise', 'truncated', 'noise']);
  });

  it('takes a prefix that became UTF-8 for noise', () => {
    const found = decodeHex(codec, `C3BFC3BF${hex(wireOf(`*SCOS,OM,${imei},V0,1#\n`))}`);
    expect(found.errors).toMatchObject([{ code: 'noise', offset: 0 }]);
    expect(found.frames).toMatchObject([{ kind: 'voice', prefixed: false }]);
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
  const position = {
    kind: 'position',
    ...lock,
    trigger: 'query',
    time: '2026-11-22T00:00:00Z',
    position: { latitude: 30.999999999, longitude: -0.5 },
    satellites: 9,
    hdop: 1,
    altitudeMetres: null,
  };

  it('writes a place to the tenth of a thousandth of a minute', () => {
    expect(Buffer.from(codec.encode(position)).toString('latin1')).toBe(
      fromLock('D0,0,000000,A,3100.0000,N,00030.0000,W,9,1,221126,,M,A'),
    );
  });

  it('refuses what contradicts itself, or would break the line', () => {
    const voice = { kind: 'voice', ...server, voice: 'find' };
    expect(refused(voice)).toBe('written');
    for (const wrong of [
      null,
      { ...voice, kind: 'sing' },
      { ...voice, kind: 'x'.repeat(99) },
      { ...voice, direction: 'from-lock' },
      { ...voice, clock: '000000000000' },
      { ...voice, params: ['1'] },
      { ...voice, imei: '1' },
      { ...voice, voice: 'shout' },
      { kind: 'unlock', ...horseshoe, direction: 'from-server', key: 1, ...ride },
      { kind: 'other', ...lock, command: 'G0', params: ['a#b'] },
      { kind: 'other', ...lock, command: 'G0', params: ['防诈'] },
      { kind: 'other', ...lock, command: 'G0', params: ['a'.repeat(1024)] },
    ]) {
      expect(refused(wrong)).toBe('frame-malformed');
    }
  });
});

describe('laws', () => {
  it('hold for frames, mutated frames and noise', () => {
    const param = fc.stringMatching(/^[0-9A-Za-z .:]{0,8}$/);
    const command = fc.constantFrom('Q0', 'H0', 'L0', 'L1', 'R0', 'V0', 'W0', 'S5', 'D0', 'D1', 'K0', 'Re', 'Z9');
    const digits = fc.stringMatching(/^[0-9]{1,4}$/);
    const line = fc
      .tuple(fc.boolean(), fc.boolean(), command, fc.array(fc.oneof(digits, param), { maxLength: 5 }))
      .map(
        ([isServer, isHorseshoe, name, params]): OmniFrame => ({
          kind: 'other',
          family: isHorseshoe ? 'CMD' : 'SCO',
          direction: isServer ? 'from-server' : 'from-lock',
          vendor: 'OM',
          imei,
          ...(isHorseshoe ? { clock: '200318123020' } : {}),
          command: name,
          params,
        }),
      )
      .map((frame) => codec.encode(frame));
    const listed = fc.constantFrom(...known.map(([text]) => wireOf(text)));
    const whole = fc.oneof(listed, line);
    const cut = fc
      .tuple(whole, fc.nat(25))
      .map(([bytes, length]) => bytes.subarray(0, Math.min(length, bytes.length - 4)));
    holdsLaws(codec, fc.oneof({ weight: 4, arbitrary: whole }, { weight: 1, arbitrary: cut }), 200);
  });
});
