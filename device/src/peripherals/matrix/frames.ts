import { z } from 'zod';
import { byteField, fromHex, hexField, toHex, wordField } from '../frame-input.js';
import { namedCodes } from '../named-codes.js';

/** Dots of the longest strip, in bytes: 16 rows of 16384 dots. */
export const MOST_BITS = 32_768;
const SHOW_HEAD = 7;
export const MOST_PAYLOAD = SHOW_HEAD + MOST_BITS;

const motion = namedCodes({ static: 0, left: 1 }, 0xff);
/** What a card says of an order. */
const result = namedCodes({ done: 0, 'unknown-command': 1, malformed: 2, busy: 3, 'out-of-memory': 4 }, 0xff);
const percent = z.int().min(0).max(100);
/** Chosen by the host; an answer has that of its order. */
const sequence = byteField;

const commands = {
  ping: 0x01,
  show: 0x02,
  clear: 0x03,
  brightness: 0x04,
  ack: 0x80,
  state: 0x81,
} as const;

const strideOf = (columns: number): number => Math.ceil(columns / 8);

export const frameSchema = z.discriminatedUnion('kind', [
  /** Answered by a state. The other orders are answered by an acknowledgement. */
  z.strictObject({ kind: z.literal('ping'), sequence }),
  z
    .strictObject({
      kind: z.literal('show'),
      sequence,
      /** Of the strip, which may be wider than the sign, and is centred where it is lower. */
      columns: wordField,
      rows: wordField,
      /** `left`: it comes in at the right edge and leaves at the left, again and again. */
      motion: motion.schema,
      dotsPerSecond: wordField,
      /** Row by row from the top, eight dots a byte, leftmost in the highest bit. */
      bits: hexField(0, MOST_BITS),
    })
    .refine(({ columns, rows, bits }) => strideOf(columns) * rows * 2 === bits.length, {
      path: ['bits'],
      message: 'not as many as columns and rows ask for',
    }),
  z.strictObject({ kind: z.literal('clear'), sequence }),
  z.strictObject({ kind: z.literal('brightness'), sequence, percent }),
  z.strictObject({ kind: z.literal('ack'), sequence, result: result.schema }),
  z.strictObject({
    kind: z.literal('state'),
    sequence,
    /** The sign's own size. */
    columns: wordField,
    rows: wordField,
    percent,
    /** The CRC of the bits that it shows; absent where it is dark. */
    strip: wordField.optional(),
  }),
  z.strictObject({ kind: z.literal('unknown'), sequence, command: byteField, payload: hexField(0, MOST_PAYLOAD) }),
]);
export type MatrixFrame = z.infer<typeof frameSchema>;

const word = (value: number): number[] => [value >> 8, value & 0xff];
const wordAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

export function readFrame(command: number, sequence: number, payload: Uint8Array): MatrixFrame {
  const known = frameSchema.safeParse(readKnown(command, sequence, payload));
  return known.success ? known.data : { kind: 'unknown', sequence, command, payload: toHex(payload) };
}

/** A frame where the payload has the length that belongs to it; whether its values are in range is the schema's. */
function readKnown(command: number, sequence: number, payload: Uint8Array): unknown {
  const { length } = payload;
  switch (command) {
    case commands.ping:
      return length === 0 && { kind: 'ping', sequence };
    case commands.clear:
      return length === 0 && { kind: 'clear', sequence };
    case commands.brightness:
      return length === 1 && { kind: 'brightness', sequence, percent: payload[0] };
    case commands.ack:
      return length === 1 && { kind: 'ack', sequence, result: result.name(payload[0] ?? 0) };
    case commands.show:
      return length >= SHOW_HEAD && readShow(sequence, payload);
    case commands.state: {
      const head = { kind: 'state', sequence, columns: wordAt(payload, 0), rows: wordAt(payload, 2) };
      const rest = { percent: payload[4], ...(length === 7 && { strip: wordAt(payload, 5) }) };
      return (length === 5 || length === 7) && { ...head, ...rest };
    }
    default:
      return undefined;
  }
}

const readShow = (sequence: number, payload: Uint8Array) => ({
  kind: 'show',
  sequence,
  columns: wordAt(payload, 0),
  rows: wordAt(payload, 2),
  motion: motion.name(payload[4] ?? 0),
  dotsPerSecond: wordAt(payload, 5),
  bits: toHex(payload.subarray(SHOW_HEAD)),
});

export const commandOf = (frame: MatrixFrame): number =>
  frame.kind === 'unknown' ? frame.command : commands[frame.kind];

export function payloadOf(frame: MatrixFrame): Uint8Array {
  switch (frame.kind) {
    case 'ping':
    case 'clear':
      return new Uint8Array(0);
    case 'brightness':
      return Uint8Array.of(frame.percent);
    case 'ack':
      return Uint8Array.of(result.code(frame.result));
    case 'show': {
      const { columns, rows, dotsPerSecond, bits } = frame;
      const head = [...word(columns), ...word(rows), motion.code(frame.motion), ...word(dotsPerSecond)];
      return Buffer.concat([Uint8Array.from(head), fromHex(bits)]);
    }
    case 'state': {
      const { columns, rows, percent, strip } = frame;
      return Uint8Array.from([...word(columns), ...word(rows), percent, ...(strip === undefined ? [] : word(strip))]);
    }
    case 'unknown':
      return fromHex(frame.payload);
  }
}
