import { codecs, isProtocolName } from '@xiaolaba/device/peripherals';
import type { PartId, SerialFrame } from '@xiaolaba/simulator/bench-contract';

type Said = readonly [direction: SerialFrame['direction'], bytes: Uint8Array | object];

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const imei = '861230045567012';

const nmea = (body: string) => {
  const sum = [...body].reduce((all, one) => all ^ one.charCodeAt(0), 0);
  return ascii(`$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`);
};
const degrees = (value: number, width: number) => {
  const whole = Math.floor(value);
  return `${String(whole).padStart(width, '0')}${((value - whole) * 60).toFixed(4).padStart(7, '0')}`;
};

/** What passes on a cable in a quiet second. Now and then something goes wrong on the voice module's. */
export const chatter = (protocol: string, count: number, position: readonly [number, number]): readonly Said[] => {
  const plain = { feedback: false, checksummed: true };
  switch (protocol) {
    case 'dfplayer':
      return count % 9 === 8
        ? [
            ['to-module', { kind: 'query-status', ...plain }],
            ['to-host', hex('7E FF 06 42 00 02 01 FE B0 EF')],
          ]
        : [
            ['to-module', { kind: 'query-status', ...plain }],
            ['to-host', { kind: 'status', source: 'sd', state: count % 2 ? 'playing' : 'stopped', ...plain }],
          ];
    case 'jq8900':
      return [
        ['to-module', hex('AA 01 00 AB')],
        ['to-host', hex('AA 01 01 01 AD')],
      ];
    case 'onbon-bx5k':
      return [
        ['to-module', hex('A5A5A5A5A5A5A5A5 0100008000000000 0000FE02 0500 A200010000 68F8 5A')],
        ['to-host', hex('A5A5A5A5A5A5A5A5 0080FEFF000000 000000FE02 0500 A000000000 14AC 5A')],
      ];
    case 'nmea0183': {
      const [east, north] = position;
      const time = `${String(count % 60).padStart(2, '0')}`;
      const at = `${degrees(north, 2)},N,${degrees(east, 3)},E`;
      return [['to-host', nmea(`GNRMC,0412${time}.00,A,${at},18.400,81.20,221126,,,A`)]];
    }
    case 'omni':
      return count % 2
        ? [['to-host', ascii(`*SCOR,OM,${imei},Q0,412,80,28#\n`)]]
        : [
            ['to-module', Uint8Array.from([0xff, 0xff, ...ascii(`*SCOS,OM,${imei},V0,2#\n`)])],
            ['to-host', ascii(`*SCOR,OM,${imei},V0,2#\n`)],
          ];
    default:
      return [];
  }
};

/** The bytes as the codec reads them: what the bench would tell its page. */
export const framesOf = async (
  part: PartId,
  protocol: string,
  at: number,
  said: readonly Said[],
): Promise<SerialFrame[]> => {
  if (!isProtocolName(protocol)) return [];
  const codec = await codecs[protocol]();
  return said.map(([direction, what], index) => {
    const bytes = what instanceof Uint8Array ? what : codec.encode(what);
    const decoder = codec.decoder();
    const read = decoder.push(bytes);
    const frame = read.frames[0] ?? null;
    return {
      at: at + index * 104,
      part,
      protocol,
      direction,
      hex: Buffer.from(bytes).toString('hex'),
      frame,
      error: frame ? null : (read.errors[0]?.code ?? 'incomplete'),
    };
  });
};
