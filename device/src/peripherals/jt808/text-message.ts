import { z } from 'zod';
import { concat } from './bytes.js';
import type { Edition } from './header.js';
import { readText, textBytes, textField } from './text-field.js';

/** Bits 0 and 1 in 2019. */
const classes = ['unset', 'service', 'urgent', 'notice'] as const;
/** The type byte of 2019. */
const types: Readonly<Record<number, string>> = { 1: 'notice', 2: 'service' };

/** 8300: text for the terminal's screen, its voice or its sign. */
export const textMessageFields = {
  flags: z.strictObject({
    /** 2013, bit 0. */
    urgent: z.boolean().optional(),
    /** 2019, bits 0 and 1. */
    class: z.enum(classes).optional(),
    /** Bit 2: on the terminal's screen. */
    display: z.boolean(),
    /** Bit 3: spoken by the terminal. */
    speak: z.boolean(),
    /** 2013, bit 4: on the advertising screen. */
    advertisingScreen: z.boolean().optional(),
    /** Bit 5: a CAN fault code; otherwise navigation from the centre. */
    canFaultCode: z.boolean(),
    /** The edition's other bits, where one is set. */
    reserved: z.int().min(1).max(255).optional(),
  }),
  /** 2019 only; a number where the standard names none. */
  type: z.union([z.enum(['notice', 'service']), z.int().min(0).max(255)]).optional(),
  text: textField,
} as const;
const textMessage = z.strictObject(textMessageFields);
export type TextMessage = z.infer<typeof textMessage>;

const reservedMask: Readonly<Record<Edition, number>> = { '2013': 0b1100_0010, '2019': 0b1101_0000 };

export function readTextMessage(body: Uint8Array, edition: Edition): TextMessage | undefined {
  const [flag, type] = body;
  if (flag === undefined || (edition === '2019' && type === undefined)) return undefined;
  const has = (bit: number) => ((flag >>> bit) & 1) === 1;
  const reserved = flag & reservedMask[edition];
  const shared = {
    display: has(2),
    speak: has(3),
    canFaultCode: has(5),
    ...(reserved > 0 ? { reserved } : {}),
  };
  if (edition === '2013') {
    return { flags: { urgent: has(0), ...shared, advertisingScreen: has(4) }, text: readText(body.subarray(1)) };
  }
  const named = types[type ?? 0];
  return {
    flags: { class: classes[flag & 3] ?? 'unset', ...shared },
    type: named === 'notice' || named === 'service' ? named : (type ?? 0),
    text: readText(body.subarray(2)),
  };
}

/** @returns undefined where a flag is not one of the edition's */
export function textMessageBytes({ flags, type, text }: TextMessage, edition: Edition): Uint8Array | undefined {
  const bit = (value: boolean | undefined, at: number) => (value ? 1 << at : 0);
  const reserved = flags.reserved ?? 0;
  if ((reserved & ~reservedMask[edition]) !== 0) return undefined;
  const shared = bit(flags.display, 2) | bit(flags.speak, 3) | bit(flags.canFaultCode, 5) | reserved;
  if (edition === '2013') {
    if (flags.class !== undefined || type !== undefined) return undefined;
    return concat([Uint8Array.of(shared | bit(flags.urgent, 0) | bit(flags.advertisingScreen, 4)), textBytes(text)]);
  }
  if (flags.urgent !== undefined || flags.advertisingScreen !== undefined || type === undefined) return undefined;
  const kind = typeof type === 'number' ? type : type === 'notice' ? 1 : 2;
  return concat([Uint8Array.of(shared | classes.indexOf(flags.class ?? 'unset'), kind), textBytes(text)]);
}
