import { z } from 'zod';
import { concat, toHex, uint, uintBytes } from './bytes.js';

/** The standard's generation, told by bit 14 of the attributes: 2019, or else 2013 (2011 has the same header). */
export type Edition = '2013' | '2019';

const uint16 = z.int().min(0).max(0xffff);

const common = {
  /** 0 none, 1 RSA, others reserved. */
  encryption: z.int().min(0).max(7).optional(),
  /** Bit 15 of the attributes, always clear in the standard. */
  reservedBit: z.literal(true).optional(),
  /** Counts the sender's messages. */
  serial: uint16,
  /** Where a long message goes out in parts; the first has index 1. */
  fragment: z.strictObject({ total: uint16, index: uint16 }).optional(),
};

/** The fields that stand in every frame, beside its `kind`. */
export const headerFields = {
  edition: z.enum(['2013', '2019']),
  /** 2019 only; 1 for the first revision. */
  protocolVersion: z.int().min(0).max(255).optional(),
  /** The terminal's number as its BCD digits: twelve in 2013, twenty in 2019. */
  phone: z.string().regex(/^([0-9a-f]{12}|[0-9a-f]{20})$/),
  ...common,
} as const;

export interface Header {
  readonly edition: Edition;
  readonly protocolVersion?: number | undefined;
  readonly phone: string;
  readonly encryption?: number | undefined;
  readonly reservedBit?: true | undefined;
  readonly serial: number;
  readonly fragment?: { readonly total: number; readonly index: number } | undefined;
}

export interface Message {
  readonly id: number;
  readonly header: Header;
  readonly body: Uint8Array;
}

/** @returns why the unescaped message (without its check byte) is none, as an error code */
export function readMessage(bytes: Uint8Array): Message | { readonly code: string; readonly message: string } {
  if (bytes.length < 12) return { code: 'too-short', message: `${bytes.length} bytes are no message header` };
  const attributes = uint(bytes, 2, 2);
  const is2019 = (attributes & 0x4000) !== 0;
  const isFragment = (attributes & 0x2000) !== 0;
  const headerLength = (is2019 ? 17 : 12) + (isFragment ? 4 : 0);
  const bodyLength = attributes & 0x3ff;
  if (bytes.length !== headerLength + bodyLength) {
    return {
      code: 'length',
      message: `header says ${bodyLength} body bytes, there are ${bytes.length - headerLength}`,
    };
  }
  const phoneAt = is2019 ? 5 : 4;
  const serialAt = is2019 ? 15 : 10;
  const encryption = (attributes >>> 10) & 7;
  const header: Header = {
    edition: is2019 ? '2019' : '2013',
    ...(is2019 ? { protocolVersion: uint(bytes, 4, 1) } : {}),
    phone: toHex(bytes.subarray(phoneAt, serialAt)),
    ...(encryption > 0 ? { encryption } : {}),
    ...(attributes & 0x8000 ? { reservedBit: true as const } : {}),
    serial: uint(bytes, serialAt, 2),
    ...(isFragment ? { fragment: { total: uint(bytes, serialAt + 2, 2), index: uint(bytes, serialAt + 4, 2) } } : {}),
  };
  return { id: uint(bytes, 0, 2), header, body: bytes.subarray(headerLength) };
}

/** @returns what hinders, or the unescaped message without its check byte */
export function writeMessage({ id, header, body }: Message): Uint8Array | { readonly problem: string } {
  const is2019 = header.edition === '2019';
  if (header.phone.length !== (is2019 ? 20 : 12)) return { problem: `phone: ${is2019 ? 20 : 12} digits` };
  if (is2019 !== (header.protocolVersion !== undefined))
    return { problem: 'protocolVersion: in 2019 only, and always' };
  if (body.length > 0x3ff) return { problem: `body: ${body.length} bytes, at most 1023 in one frame` };
  const attributes =
    body.length |
    ((header.encryption ?? 0) << 10) |
    (header.fragment ? 0x2000 : 0) |
    (is2019 ? 0x4000 : 0) |
    (header.reservedBit ? 0x8000 : 0);
  return concat([
    uintBytes(id, 2),
    uintBytes(attributes, 2),
    ...(header.protocolVersion === undefined ? [] : [uintBytes(header.protocolVersion, 1)]),
    Uint8Array.from(Buffer.from(header.phone, 'hex')),
    uintBytes(header.serial, 2),
    ...(header.fragment ? [uintBytes(header.fragment.total, 2), uintBytes(header.fragment.index, 2)] : []),
    body,
  ]);
}
