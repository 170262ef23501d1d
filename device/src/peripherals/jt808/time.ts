import { z } from 'zod';
import { fromHex, toHex } from './bytes.js';

const pattern = /^20(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\+08:00$/;

function isDate(text: string): boolean {
  const parts = pattern.exec(text);
  if (!parts) return false;
  // JavaScript rolls 31 February over into March: a date that comes back as it went in is one.
  const instant = Date.parse(`${text.slice(0, 19)}Z`);
  return Number.isFinite(instant) && new Date(instant).toISOString().slice(0, 19) === text.slice(0, 19);
}

/** A second of this century in the offset that the standard prescribes, GMT+8. */
export const timeText = z.string().refine(isDate, 'a time such as 2026-01-31T08:00:00+08:00');

/** @param bytes YY MM DD hh mm ss in BCD. @returns null where they are no date */
export function readBcdTime(bytes: Uint8Array): string | null {
  const digits = toHex(bytes);
  if (!/^\d{12}$/.test(digits)) return null;
  const [year, month, day, hour, minute, second] = digits.match(/../g) ?? [];
  const text = `20${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`;
  return isDate(text) ? text : null;
}

export const bcdTime = (text: string): Uint8Array => fromHex(pattern.exec(text)?.slice(1).join('') ?? '');
