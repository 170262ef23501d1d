/** What stands inside a packet: group, command and their payload. Source: Onbon BX-5K/6K protocol 1.4, chapters 5–8. */
import { z } from 'zod';
import { byteField, fromHex, hexField, toHex } from '../frame-input.js';
import { namedCodes } from '../named-codes.js';
import { areaSchema, readArea, writeArea } from './area.js';
import { FieldReader, wordBytes } from './bytes.js';
import { clockSchema, readClock, writeClock } from './clock.js';
import { type Header, headerSchema } from './header.js';

/** Whether the card shall answer a command. */
const answer = namedCodes({ must: 1, none: 2 }, 0xff);

/** What a card says of a command. */
export const cardErrors = {
  none: 0,
  'unknown-group': 1,
  'unknown-command': 2,
  busy: 3,
  'out-of-memory': 4,
  crc: 5,
  'no-such-file': 6,
  flash: 7,
  'file-download': 8,
  'file-name': 9,
  'file-type': 10,
  'file-crc': 11,
  'no-font': 12,
  'firmware-type': 13,
  'date-time-format': 14,
  'file-exists': 15,
  'file-block-number': 16,
} as const;
const error = namedCodes(cardErrors, 0xff);

const power = namedCodes({ on: 1, off: 2 }, 0xff);
const brightnessMode = namedCodes({ fixed: 1, scheduled: 2 }, 0xff);

const common = {
  header: headerSchema,
  /** Two bytes; fewer only in data that ends there. */
  reserved: hexField(0, 2),
};
const command = { ...common, answer: answer.schema };

const statusDetails = z.strictObject({
  specialArea: byteField,
  specialPages: byteField,
  areas: z.array(byteField).max(255),
  barcode: hexField(16, 16),
  customId: hexField(12, 12),
});

const schemas = [
  z.strictObject({ kind: z.literal('ack'), ...common, error: error.schema, payload: hexField() }),
  z.strictObject({ kind: z.literal('nack'), ...common, error: error.schema, payload: hexField() }),
  z.strictObject({ kind: z.literal('ping'), ...command }),
  z.strictObject({ kind: z.literal('query-status'), ...command }),
  z
    .strictObject({
      kind: z.literal('status'),
      ...common,
      error: error.schema,
      power: power.schema,
      /** 0–15. */
      brightness: byteField,
      clock: clockSchema,
      programmes: byteField,
      /** Four bytes of the file's name, such as `P000`. */
      playing: hexField(4, 4),
      details: statusDetails.optional(),
      /** What follows where it is not the documented form. */
      tail: hexField().optional(),
    })
    .refine(({ details, tail }) => (details === undefined) !== (tail === undefined), 'either details or tail'),
  z.strictObject({ kind: z.literal('set-clock'), ...command, clock: clockSchema }),
  z.strictObject({ kind: z.literal('switch-power'), ...command, power: power.schema }),
  z.strictObject({
    kind: z.literal('set-brightness'),
    ...command,
    mode: brightnessMode.schema,
    /** 0–15; the cards take some more. */
    level: byteField,
    /** One level for each half hour of the day, or none. */
    schedule: z.union([z.array(byteField).length(48), z.array(byteField).length(0)]),
  }),
  z.strictObject({ kind: z.literal('clear-screen'), ...command }),
  z.strictObject({
    kind: z.literal('dynamic-text'),
    ...command,
    deleteAreas: z.union([z.literal('all'), z.array(byteField).max(254)]),
    areas: z.array(areaSchema).max(255),
  }),
  z.strictObject({
    kind: z.literal('unknown'),
    ...common,
    group: byteField,
    command: byteField,
    /** In a command whether to answer, in an answer the card's error. */
    third: byteField,
    payload: hexField(),
  }),
] as const;

export const frameSchema = z.discriminatedUnion('kind', schemas).superRefine((frame, context) => {
  if (frame.reserved.length !== 4 && bodyOf(frame).length > 0)
    context.addIssue({ code: 'custom', path: ['reserved'], message: 'two bytes must stand before a payload' });
});
export type OnbonFrame = z.infer<typeof frameSchema>;

const codes = {
  ack: [0xa0, 0x00],
  nack: [0xa0, 0x01],
  ping: [0xa2, 0x00],
  'query-status': [0xa1, 0x02],
  status: [0xa1, 0x02],
  'set-clock': [0xa2, 0x03],
  'switch-power': [0xa3, 0x00],
  'set-brightness': [0xa3, 0x02],
  'clear-screen': [0xa3, 0x10],
  'dynamic-text': [0xa3, 0x06],
} as const;

export const LEAST_DATA = 3;

/** @param data at least three bytes */
export function readFrame(header: Header, data: Uint8Array): OnbonFrame {
  const [group = 0, number = 0, third = 0] = data;
  const before = { header, reserved: toHex(data.subarray(LEAST_DATA, 5)) };
  const payload = data.subarray(5);
  return (
    readKnown(group, number, third, before, payload) ?? {
      kind: 'unknown',
      ...before,
      group,
      command: number,
      third,
      payload: toHex(payload),
    }
  );
}

type Before = { readonly header: Header; readonly reserved: string };

function readKnown(group: number, number: number, third: number, before: Before, payload: Uint8Array) {
  const asked = { ...before, answer: answer.name(third) };
  const answered = { ...before, error: error.name(third) };
  const empty = payload.length === 0;
  switch ((group << 8) | number) {
    case 0xa000:
      return { kind: 'ack' as const, ...answered, payload: toHex(payload) };
    case 0xa001:
      return { kind: 'nack' as const, ...answered, payload: toHex(payload) };
    case 0xa102:
      return empty ? { kind: 'query-status' as const, ...asked } : readStatus(answered, payload);
    case 0xa200:
      return empty ? { kind: 'ping' as const, ...asked } : undefined;
    case 0xa203: {
      const clock = readClock(payload, 'command');
      return clock && { kind: 'set-clock' as const, ...asked, clock };
    }
    case 0xa300:
      return payload.length === 1
        ? { kind: 'switch-power' as const, ...asked, power: power.name(payload[0] ?? 0) }
        : undefined;
    case 0xa302:
      return readBrightness(asked, payload);
    case 0xa306:
      return readDynamicText(asked, payload);
    case 0xa310:
      return empty ? { kind: 'clear-screen' as const, ...asked } : undefined;
    default:
      return undefined;
  }
}

type Asked = Before & { readonly answer: 'must' | 'none' | number };
type Answered = Before & { readonly error: keyof typeof cardErrors | number };

function readBrightness(asked: Asked, payload: Uint8Array) {
  if (payload.length !== 2 && payload.length !== 50) return undefined;
  const [mode = 0, level = 0, ...schedule] = payload;
  return { kind: 'set-brightness' as const, ...asked, mode: brightnessMode.name(mode), level, schedule };
}

function readStatus(answered: Answered, payload: Uint8Array) {
  const from = new FieldReader(payload);
  const head = { power: power.name(from.byte()), brightness: from.byte() };
  const clock = readClock(from.take(8), 'status');
  const body = { programmes: from.byte(), playing: toHex(from.take(4)) };
  if (!from.ok || clock === undefined) return undefined;
  const tail = from.rest();
  const inner = new FieldReader(tail);
  const details = {
    specialArea: inner.byte(),
    specialPages: inner.byte(),
    areas: [...inner.take(inner.byte())],
    barcode: toHex(inner.take(16)),
    customId: toHex(inner.take(12)),
  };
  const after = inner.done ? { details } : { tail: toHex(tail) };
  return { kind: 'status' as const, ...answered, ...head, clock, ...body, ...after };
}

function readDynamicText(asked: Asked, payload: Uint8Array) {
  const from = new FieldReader(payload);
  const deleted = from.byte();
  const deleteAreas: 'all' | number[] = deleted === 0xff ? 'all' : [...from.take(deleted)];
  const count = from.byte();
  const areas = [];
  for (let index = 0; index < count && from.ok; index++) areas.push(readArea(from.take(from.word())));
  return from.done ? { kind: 'dynamic-text' as const, ...asked, deleteAreas, areas } : undefined;
}

/** The data field: group, command, third byte, reserved bytes, payload. */
export function writeData(frame: OnbonFrame): Uint8Array {
  const [group, number] = frame.kind === 'unknown' ? [frame.group, frame.command] : codes[frame.kind];
  return Uint8Array.from([group, number, thirdOf(frame), ...fromHex(frame.reserved), ...bodyOf(frame)]);
}

function thirdOf(frame: OnbonFrame): number {
  if (frame.kind === 'unknown') return frame.third;
  return 'answer' in frame ? answer.code(frame.answer) : error.code(frame.error);
}

function bodyOf(frame: OnbonFrame): readonly number[] | Uint8Array {
  switch (frame.kind) {
    case 'ack':
    case 'nack':
    case 'unknown':
      return fromHex(frame.payload);
    case 'ping':
    case 'query-status':
    case 'clear-screen':
      return [];
    case 'set-clock':
      return writeClock(frame.clock, 'command');
    case 'switch-power':
      return [power.code(frame.power)];
    case 'set-brightness':
      return [brightnessMode.code(frame.mode), frame.level, ...frame.schedule];
    case 'status':
      return statusBody(frame);
    case 'dynamic-text':
      return dynamicBody(frame);
  }
}

function statusBody(frame: Extract<OnbonFrame, { kind: 'status' }>): number[] {
  const head = [power.code(frame.power), frame.brightness, ...writeClock(frame.clock, 'status')];
  const body = [...head, frame.programmes, ...fromHex(frame.playing)];
  if (frame.details === undefined) return [...body, ...fromHex(frame.tail ?? '')];
  const { specialArea, specialPages, areas, barcode, customId } = frame.details;
  return [...body, specialArea, specialPages, areas.length, ...areas, ...fromHex(barcode), ...fromHex(customId)];
}

function dynamicBody(frame: Extract<OnbonFrame, { kind: 'dynamic-text' }>): number[] {
  const body = frame.deleteAreas === 'all' ? [0xff] : [frame.deleteAreas.length, ...frame.deleteAreas];
  body.push(frame.areas.length);
  for (const area of frame.areas) {
    const bytes = writeArea(area);
    body.push(...wordBytes(bytes.length));
    for (const value of bytes) body.push(value);
  }
  return body;
}
