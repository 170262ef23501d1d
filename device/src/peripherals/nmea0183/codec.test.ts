import { errorCode } from '@xiaolaba/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePieces, holdsLaws } from '../../testing/codec-laws.js';
import { codec, type Nmea0183Frame } from './codec.js';

const wireOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const decode = (text: string) => decodePieces(codec, [wireOf(text)]);
function only(text: string): Nmea0183Frame {
  const { frames, errors, rest } = decode(text);
  expect({ errors, rest, count: frames.length }).toEqual({ errors: [], rest: '', count: 1 });
  const [frame] = frames;
  if (!frame) throw new Error('no frame');
  expect(Buffer.from(codec.encode(JSON.parse(JSON.stringify(frame)))).toString('latin1')).toBe(text);
  return frame;
}

/** Sentences as receivers' manuals print them, with the checksums printed there. */
const printed = {
  rmc: '$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n',
  rmcSouth: '$GPRMC,081836,A,3751.65,S,14507.36,E,000.0,360.0,130998,011.3,E*62\r\n',
  gga: '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n',
  gll: '$GPGLL,4916.45,N,12311.12,W,225444,A*31\r\n',
  gsa: '$GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1*39\r\n',
  vtg: '$GPVTG,054.7,T,034.4,M,005.5,N,010.2,K*48\r\n',
  gsv: '$GPGSV,2,1,08,01,40,083,46,02,17,308,41,12,07,344,39,14,22,228,45*75\r\n',
};
const sum = (body: string) => [...body].reduce((all, letter) => all ^ letter.charCodeAt(0), 0);
const sentence = (body: string) => `$${body}*${sum(body).toString(16).toUpperCase().padStart(2, '0')}\r\n`;

describe('printed sentences', () => {
  it('say what the manuals say', () => {
    expect(only(printed.rmc)).toMatchObject({
      kind: 'rmc',
      address: 'GPRMC',
      time: '1994-03-23T12:35:19.000Z',
      isActive: true,
      courseDegrees: 84.4,
    });
    const place = only(printed.rmcSouth);
    expect(place.kind === 'rmc' ? place.position?.latitude : 0).toBeCloseTo(-37.860833, 6);
    expect(only(printed.gga)).toMatchObject({
      kind: 'gga',
      clock: '12:35:19',
      quality: 'fix',
      satellites: 8,
      altitudeMetres: 545.4,
      geoidMetres: 46.9,
    });
    expect(only(printed.gll)).toMatchObject({ kind: 'gll', isActive: true, clock: '22:54:44' });
    expect(only(printed.gsa)).toMatchObject({
      kind: 'gsa',
      fix: '3D',
      satellites: [4, 5, 9, 12, 24],
      pdop: 2.5,
      hdop: 1.3,
      vdop: 2.1,
    });
    const course = only(printed.vtg);
    expect(course.kind === 'vtg' ? course.speedKmh : 0).toBeCloseTo(10.186, 3);
    expect(only(printed.gsv)).toMatchObject({
      kind: 'gsv',
      inView: 8,
      satellites: [{ id: 1, elevationDegrees: 40, azimuthDegrees: 83, snrDb: 46 }, {}, {}, {}],
    });
  });

  it.each(['GP', 'GN', 'BD', 'GB', 'GL', 'GA'])('of talker %s give the place', (talker) => {
    const frame = only(sentence(`${talker}RMC,023044.000,A,3114.2250,N,12128.4221,E,19.68,90.00,221126,,,A`));
    expect(frame).toMatchObject({ kind: 'rmc', time: '2026-11-22T02:30:44.000Z' });
    expect(frame.kind === 'rmc' ? frame.position?.longitude : 0).toBeCloseTo(121.473702, 6);
  });
});

describe('no fix', () => {
  it.each([
    'GPRMC,023044.000,V,3114.2250,N,12128.4221,E,0.0,0.0,221126,,,N',
    'GPRMC,023044.000,A,3114.2250,N,12128.4221,E,0.0,0.0,221126,,,N',
    'GPRMC,023044.000,V,,,,,,,221126,,,N',
    'GPRMC,023044.000,A,,,,,,,221126,,,A',
    'GPRMC,,A,0000.0000,N,00000.0000,E,,,,,,A',
    'GPRMC,023044.000,A,3114.2250,,12128.4221,,0.0,0.0,221126,,,A',
    'GPRMC,023044.000,A,314.2250,N,12128.4221,E,0.0,0.0,221126,,,A',
    'GPRMC,023044.000,A,3175.2250,N,12128.4221,E,0.0,0.0,221126,,,A',
    'GPRMC,023044.000,A,9914.2250,N,12128.4221,E,0.0,0.0,221126,,,A',
    'GNGGA,023044.00,3114.2250,N,12128.4221,E,0,00,99.9,,M,,M,,',
    'GNGGA,023044.00,,,,,0,00,99.9,,M,,M,,',
    'GNGLL,3114.2250,N,12128.4221,E,023044.00,V,N',
  ])('is no place: %s', (body) => {
    expect(only(sentence(body))).toMatchObject({ position: null });
  });

  it('never borrows the host’s date', () => {
    expect(only(sentence('GPRMC,023044.000,A,3114.2250,N,12128.4221,E,0.0,0.0,,,,A'))).toMatchObject({ time: null });
    expect(only(sentence('GPRMC,,A,3114.2250,N,12128.4221,E,0.0,0.0,221126,,,A'))).toMatchObject({ time: null });
    expect(only(sentence('GPRMC,023044.000,A,3114.2250,N,12128.4221,E,0.0,0.0,310226,,,A'))).toMatchObject({
      time: null,
    });
    expect(only(sentence('GPRMC,250000.000,A,3114.2250,N,12128.4221,E,0.0,0.0,221126,,,A'))).toMatchObject({
      time: null,
    });
  });
});

describe('other sentences', () => {
  it('are kept as they are', () => {
    expect(only(sentence('GPTXT,01,01,02,ANTSTATUS=OK'))).toEqual({
      kind: 'other',
      address: 'GPTXT',
      fields: ['01', '01', '02', 'ANTSTATUS=OK'],
    });
    expect(only(sentence('GPGGA,1'))).toMatchObject({ kind: 'other' });
    expect(only(sentence('GPRMC,023044,X,,,,,,,,,,A'))).toMatchObject({ kind: 'other' });
    expect(only('!AIVDM,1,1,,A,14eG;o@034o8sd<L9i:a;WF>062D,0*7D\r\n')).toMatchObject({ kind: 'other', start: '!' });
    expect(only('$PUBX,00,1\r\n')).toEqual({ kind: 'other', address: 'PUBX', fields: ['00', '1'], checksum: null });
    expect(only(printed.gll.replace('\r', ''))).toMatchObject({ kind: 'gll', lineEnd: 'lf' });
    expect(only(sentence('GPTXT,01,01,02,b').replace(/\*../, (digits) => digits.toLowerCase()))).toMatchObject({
      kind: 'other',
    });
  });

  it('without a checksum give no place', () => {
    expect(only(printed.rmc.replace(/\*../, ''))).toMatchObject({ kind: 'other', checksum: null });
  });

  it('are whole without a line end once the input ends', () => {
    const decoder = codec.decoder();
    const text = printed.gll.trimEnd();
    expect(decoder.push(wireOf(text)).frames).toEqual([]);
    const ended = decoder.end?.();
    expect(ended?.frames).toMatchObject([{ kind: 'gll', lineEnd: 'none' }]);
    expect(Buffer.from(codec.encode(ended?.frames[0])).toString('latin1')).toBe(text);
  });
});

describe('the stream', () => {
  const codes = (text: string) => decode(text).errors.map(({ code, offset }) => [code, offset]);

  it('says what is wrong, and where', () => {
    expect(codes(printed.rmc.replace('*6A', '*6B'))).toEqual([['checksum', 0]]);
    expect(codes(printed.rmc.replace('*6A', '*6'))).toEqual([['checksum', 0]]);
    expect(codes(`${printed.vtg}$GPRMC,1235\x80`)).toEqual([['truncated', printed.vtg.length]]);
    expect(codes(`$GPTXT,${'1'.repeat(600)}`)).toEqual([['too-long', 0]]);
    expect(codes(`\x00\x01$$a,${printed.vtg}`)).toEqual([['noise', 0]]);
  });

  it('loses only the sentence that broke off', () => {
    const found = decode(`$GPGGA,12351${printed.gga}4807*47\r\n${printed.gll}$GPR`);
    expect(found.frames.map(({ kind }) => kind)).toEqual(['gga', 'gll']);
    expect(found.errors.map(({ code }) => code)).toEqual(['truncated', 'noise']);
    expect(Buffer.from(found.rest, 'hex').toString()).toBe('$GPR');
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
  const rmc = {
    kind: 'rmc',
    address: 'GNRMC',
    fields: '023044.000,A,3114.2250,N,12128.4221,E,19.68,90.00,221126,,,A'.split(','),
  };

  it('reckons the checksum', () => {
    expect(refused(rmc)).toBe('written');
    expect(decodePieces(codec, [codec.encode(rmc)]).frames).toMatchObject([rmc]);
  });

  it('refuses what contradicts the fields, or would break the line', () => {
    for (const wrong of [
      { ...rmc, position: { latitude: 0, longitude: 0 } },
      { ...rmc, kind: 'gga' },
      { ...rmc, checksum: '00' },
      { ...rmc, checksum: null, lineEnd: 'none' },
      { ...rmc, fields: ['a*b'] },
      { ...rmc, fields: ['a\n'] },
      { ...rmc, kind: 'other', fields: ['a'.repeat(256)] },
      'rmc',
    ]) {
      expect(refused(wrong)).toBe('frame-malformed');
    }
  });
});

describe('laws', () => {
  it('hold for sentences, mutated sentences and noise', () => {
    const field = fc.oneof(
      fc.stringMatching(/^[0-9A-Z.]{0,6}$/),
      fc.constantFrom('', 'A', 'V', 'N', 'E', 'M', 'T', 'K'),
    );
    const address = fc.constantFrom('GPRMC', 'GNGGA', 'BDGSV', 'GBGSA', 'GPVTG', 'GNGLL', 'GPTXT', 'PMTK');
    const made = fc
      .tuple(address, fc.array(field, { minLength: 1, maxLength: 20 }))
      .map(([name, fields]) => codec.encode({ kind: 'other', address: name, fields }));
    const listed = fc.constantFrom(...Object.values(printed).map(wireOf));
    const whole = fc.oneof(listed, made);
    const cut = fc
      .tuple(whole, fc.nat(60))
      .map(([bytes, length]) => bytes.subarray(0, Math.min(length, bytes.length - 5)));
    holdsLaws(codec, fc.oneof({ weight: 4, arbitrary: whole }, { weight: 1, arbitrary: cut }), 200);
  });
});
