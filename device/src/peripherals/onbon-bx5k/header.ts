import { z } from 'zod';
import { byteField, fromHex, hexField, toHex, wordField } from '../frame-input.js';
import { namedCodes } from '../named-codes.js';
import { crc16, sum16 } from './framing.js';

const checkModes = { crc: 0, sum: 1, none: 2 } as const;
export type CheckMode = keyof typeof checkModes;

/** Silent: no card answers. Answering: every card answers, from this address. */
const broadcasts = { 'broadcast-silent': 0xffff, 'broadcast-answering': 0xfffe } as const;
const address = z.union([z.enum(['broadcast-silent', 'broadcast-answering']), wordField]);
type Address = z.infer<typeof address>;

/** 0 shows dynamic areas beside the programme, 1 shows them first and lets them overlap it. */
const displayMode = namedCodes({ normal: 0, dynamic: 1 }, 0xff);

const deviceType = namedCodes(
  {
    any: 0xfe,
    'BX-5K1': 0x51,
    'BX-5K2': 0x58,
    'BX-5MK2': 0x53,
    'BX-5MK1': 0x54,
    'BX-5K1Q-YY': 0x5c,
    'BX-6K1': 0x61,
    'BX-6K2': 0x62,
    'BX-6K3': 0x63,
    'BX-6K1-YY': 0x64,
    'BX-6K2-YY': 0x65,
    'BX-6K3-YY': 0x66,
    'BX-6K1-4G': 0x67,
    'BX-6K2-4G': 0x68,
    'BX-6K4': 0x69,
  },
  0xff,
);

export const headerSchema = z
  .strictObject({
    /** How many A5 stood before the frame. */
    startBytes: z.int().min(8).max(256),
    destination: address,
    /** 8000–DFFF is a program on a computer, others are cards. */
    source: address,
    reserved: hexField(3, 3),
    barcodeFlag: byteField,
    /** Sent where bit 0 of the flag is set: only the card of this barcode obeys. */
    barcode: hexField(16, 16).optional(),
    check: z.enum(['crc', 'sum', 'none']),
    /** The two check bytes where nothing is checked, as they came; empty where the sender left them out. */
    checkBytes: z.union([hexField(0, 0), hexField(2, 2)]).optional(),
    display: displayMode.schema,
    device: deviceType.schema,
  })
  .refine((header) => (header.check === 'none') === (header.checkBytes !== undefined), {
    path: ['checkBytes'],
    message: 'belongs to check mode none, and only there',
  })
  .refine((header) => header.barcode === undefined || (header.barcodeFlag & 1) === 1, {
    path: ['barcode'],
    message: 'needs bit 0 of barcodeFlag',
  });
export type Header = z.infer<typeof headerSchema>;

export const PLAIN_HEADER = 14;
export const BARCODE_HEADER = 30;
const VERSION = 2;

export interface Opened {
  readonly header: Header;
  readonly data: Uint8Array;
}
export interface Refused {
  readonly code: string;
  readonly message: string;
}

const readWord = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
const readAddress = (value: number): Address =>
  value === 0xffff ? 'broadcast-silent' : value === 0xfffe ? 'broadcast-answering' : value;
const writeAddress = (value: Address): number => (typeof value === 'number' ? value : broadcasts[value]);
const little = (value: number): [number, number] => [value & 0xff, value >> 8];

/** Takes an unescaped packet apart: header, data, check value. */
export function openPacket(packet: Uint8Array, startBytes: number): Opened | Refused {
  if (packet.length < PLAIN_HEADER + 2) return { code: 'too-short', message: 'no room for header and check value' };
  const flag = packet[7] ?? 0;
  const sizes = (flag & 1) === 1 ? [BARCODE_HEADER, PLAIN_HEADER] : [PLAIN_HEADER];
  const fits = (size: number): boolean => {
    const left = packet.length - size - readWord(packet, size - 2);
    return left === 2 || (left === 0 && packet[size - 6] === checkModes.none);
  };
  const size = sizes.find((of) => packet.length >= of && fits(of));
  const version = packet[(size ?? sizes[0] ?? PLAIN_HEADER) - 3];
  if (version !== VERSION && (size === undefined || endsInCrc(packet)))
    return { code: 'unsupported-generation', message: 'a header of another generation of cards than BX-5K/6K' };
  if (size === undefined) return wrongLength(packet, sizes[0] ?? PLAIN_HEADER);
  return openSized(packet, size, startBytes);
}

const endsInCrc = (packet: Uint8Array): boolean =>
  crc16(packet.subarray(0, -2)) === readWord(packet, packet.length - 2);

function wrongLength(packet: Uint8Array, size: number): Refused {
  const announced = size + readWord(packet, size - 2) + 2;
  return packet.length > announced
    ? { code: 'too-long', message: 'longer than the header says' }
    : { code: 'too-short', message: 'shorter than the header says' };
}

function openSized(packet: Uint8Array, size: number, startBytes: number): Opened | Refused {
  const end = size + readWord(packet, size - 2);
  const mode = packet[size - 6] ?? 0;
  const check = (Object.keys(checkModes) as CheckMode[]).find((name) => checkModes[name] === mode);
  if (check === undefined || !checkHolds(packet, end, check))
    return { code: 'checksum', message: check === undefined ? 'unknown check mode' : 'the check value is wrong' };
  if (packet[size - 3] !== VERSION) return { code: 'unsupported-generation', message: 'protocol version is not 2' };
  const header: Header = {
    startBytes,
    destination: readAddress(readWord(packet, 0)),
    source: readAddress(readWord(packet, 2)),
    reserved: toHex(packet.subarray(4, 7)),
    barcodeFlag: packet[7] ?? 0,
    ...(size === BARCODE_HEADER && { barcode: toHex(packet.subarray(8, 24)) }),
    check,
    ...(check === 'none' && { checkBytes: toHex(packet.subarray(end)) }),
    display: displayMode.name(packet[size - 5] ?? 0),
    device: deviceType.name(packet[size - 4] ?? 0),
  };
  return { header, data: packet.subarray(size, end) };
}

function checkHolds(packet: Uint8Array, end: number, check: CheckMode): boolean {
  if (check === 'none') return true;
  const covered = packet.subarray(0, end);
  return readWord(packet, end) === (check === 'crc' ? crc16(covered) : sum16(covered));
}

/** Header, data and check value, not yet escaped. */
export function closePacket(header: Header, data: Uint8Array): Uint8Array {
  const covered = Uint8Array.from([
    ...little(writeAddress(header.destination)),
    ...little(writeAddress(header.source)),
    ...fromHex(header.reserved),
    header.barcodeFlag,
    ...fromHex(header.barcode ?? ''),
    checkModes[header.check],
    displayMode.code(header.display),
    deviceType.code(header.device),
    VERSION,
    ...little(data.length),
    ...data,
  ]);
  if (header.check === 'none') return Uint8Array.from([...covered, ...fromHex(header.checkBytes ?? '')]);
  return Uint8Array.from([...covered, ...little(header.check === 'crc' ? crc16(covered) : sum16(covered))]);
}
