import { z } from 'zod';
import { concat, fromHex, toHex, uint, uintBytes } from './bytes.js';
import { flagNames, flagTables, flagWord } from './flags.js';
import type { Edition } from './header.js';
import { hexText } from './text-field.js';
import { bcdTime, readBcdTime, timeText } from './time.js';

const item = z.union([
  z.strictObject({ id: z.literal(0x01), mileageKm: z.number().min(0).max(429_496_729.5) }),
  z.strictObject({ id: z.literal(0x02), fuelLitres: z.number().min(0).max(6553.5) }),
  z.strictObject({ id: z.literal(0x03), recorderSpeedKmh: z.number().min(0).max(6553.5) }),
  z.strictObject({ id: z.literal(0x04), alarmEvent: z.int().min(0).max(0xffff) }),
  z.strictObject({ id: z.literal(0x25), signals: z.array(z.string()) }),
  z.strictObject({ id: z.literal(0x30), networkSignal: z.int().min(0).max(255) }),
  z.strictObject({ id: z.literal(0x31), satellites: z.int().min(0).max(255) }),
  z.strictObject({ id: z.int().min(0).max(255), hex: hexText }),
]);
type Item = z.infer<typeof item>;

const degrees = (limit: number) => z.number().min(-limit).max(limit);

/** The body of 0200, also inside 0201 and 0704. */
export const locationFields = {
  alarms: z.array(z.string()),
  status: z.array(z.string()),
  /**
   * Degrees, south and west negative. Null without a fix (state `located` missing, coordinates encrypted, out of range
   * or exactly 0,0): what the terminal wrote there all the same then stands in `unfixed`.
   */
  position: z.strictObject({ latitude: degrees(90), longitude: degrees(180) }).nullable(),
  /** Not to be taken for a place: unsigned millionths of a degree as the terminal sent them without a fix. */
  unfixed: z
    .strictObject({ latitudeE6: z.int().min(0).max(0xffffffff), longitudeE6: z.int().min(0).max(0xffffffff) })
    .optional(),
  altitudeMetres: z.int().min(0).max(0xffff),
  speedKmh: z.number().min(0).max(6553.5),
  /** 0 is north, clockwise. */
  courseDegrees: z.int().min(0).max(0xffff),
  /** With its offset, +08:00 by the standard; null where the terminal sent no date. */
  time: timeText.nullable(),
  timeHex: z
    .string()
    .regex(/^[0-9a-f]{12}$/)
    .optional(),
  items: z.array(item),
  /** What follows the last whole item. */
  tailHex: hexText.optional(),
} as const;
const location = z.strictObject(locationFields);
export type Location = z.infer<typeof location>;
export const locationSchema = location;

const tenths = (raw: number) => raw / 10;
const toTenths = (value: number) => Math.round(value * 10);

function readItem(id: number, value: Uint8Array, edition: Edition): Item {
  const number = uint(value, 0, Math.min(4, value.length));
  if (id === 0x01 && value.length === 4) return { id, mileageKm: tenths(number) };
  if (id === 0x02 && value.length === 2) return { id, fuelLitres: tenths(number) };
  if (id === 0x03 && value.length === 2) return { id, recorderSpeedKmh: tenths(number) };
  if (id === 0x04 && value.length === 2) return { id, alarmEvent: number };
  if (id === 0x25 && value.length === 4) return { id, signals: flagNames(number, flagTables.signals, edition) };
  if (id === 0x30 && value.length === 1) return { id, networkSignal: number };
  if (id === 0x31 && value.length === 1) return { id, satellites: number };
  return { id, hex: toHex(value) };
}

function itemValue(value: Item, edition: Edition): Uint8Array | undefined {
  if ('hex' in value) return fromHex(value.hex);
  if ('mileageKm' in value) return uintBytes(toTenths(value.mileageKm), 4);
  if ('fuelLitres' in value) return uintBytes(toTenths(value.fuelLitres), 2);
  if ('recorderSpeedKmh' in value) return uintBytes(toTenths(value.recorderSpeedKmh), 2);
  if ('alarmEvent' in value) return uintBytes(value.alarmEvent, 2);
  if ('networkSignal' in value) return uintBytes(value.networkSignal, 1);
  if ('satellites' in value) return uintBytes(value.satellites, 1);
  const word = flagWord(value.signals, flagTables.signals, edition);
  return word === undefined ? undefined : uintBytes(word, 4);
}

function coordinates(status: readonly string[], latitudeE6: number, longitudeE6: number) {
  const hasFix =
    status.includes('located') &&
    !status.includes('coordinates-encrypted') &&
    latitudeE6 <= 90e6 &&
    longitudeE6 <= 180e6 &&
    (latitudeE6 !== 0 || longitudeE6 !== 0);
  if (!hasFix) return { position: null, unfixed: { latitudeE6, longitudeE6 } };
  const signed = (raw: number, isNegative: boolean) => (isNegative && raw !== 0 ? -raw : raw) / 1e6;
  return {
    position: {
      latitude: signed(latitudeE6, status.includes('south')),
      longitude: signed(longitudeE6, status.includes('west')),
    },
  };
}

/** @returns undefined where the body is too short to be a location */
export function readLocation(body: Uint8Array, edition: Edition): Location | undefined {
  if (body.length < 28) return undefined;
  const status = flagNames(uint(body, 4, 4), flagTables.states, edition);
  const time = readBcdTime(body.subarray(22, 28));
  const items: Item[] = [];
  let at = 28;
  while (at + 2 <= body.length) {
    const end = at + 2 + uint(body, at + 1, 1);
    if (end > body.length) break;
    items.push(readItem(uint(body, at, 1), body.subarray(at + 2, end), edition));
    at = end;
  }
  return {
    alarms: flagNames(uint(body, 0, 4), flagTables.alarms, edition),
    status,
    ...coordinates(status, uint(body, 8, 4), uint(body, 12, 4)),
    altitudeMetres: uint(body, 16, 2),
    speedKmh: tenths(uint(body, 18, 2)),
    courseDegrees: uint(body, 20, 2),
    time,
    ...(time === null ? { timeHex: toHex(body.subarray(22, 28)) } : {}),
    items,
    ...(at < body.length ? { tailHex: toHex(body.subarray(at)) } : {}),
  };
}

function writtenCoordinates({ position, unfixed, status }: Location): readonly [number, number] | undefined {
  if (!position) return unfixed ? [unfixed.latitudeE6, unfixed.longitudeE6] : [0, 0];
  const contradicts = (value: number, negative: string) => value !== 0 && value < 0 !== status.includes(negative);
  if (contradicts(position.latitude, 'south') || contradicts(position.longitude, 'west')) return undefined;
  if (unfixed || !status.includes('located')) return undefined;
  return [Math.round(Math.abs(position.latitude) * 1e6), Math.round(Math.abs(position.longitude) * 1e6)];
}

/** @returns undefined where the fields contradict one another */
export function locationBytes(value: Location, edition: Edition): Uint8Array | undefined {
  const alarms = flagWord(value.alarms, flagTables.alarms, edition);
  const status = flagWord(value.status, flagTables.states, edition);
  const place = writtenCoordinates(value);
  const time = value.time === null ? fromHex(value.timeHex ?? '000000000000') : bcdTime(value.time);
  if (alarms === undefined || status === undefined || !place || (value.time !== null && value.timeHex))
    return undefined;
  const parts = [uintBytes(alarms, 4), uintBytes(status, 4), uintBytes(place[0], 4), uintBytes(place[1], 4)];
  parts.push(uintBytes(value.altitudeMetres, 2), uintBytes(toTenths(value.speedKmh), 2));
  parts.push(uintBytes(value.courseDegrees, 2), time);
  for (const one of value.items) {
    const bytes = itemValue(one, edition);
    if (!bytes || bytes.length > 255) return undefined;
    parts.push(Uint8Array.of(one.id, bytes.length), bytes);
  }
  if (value.tailHex) parts.push(fromHex(value.tailHex));
  return concat(parts);
}
