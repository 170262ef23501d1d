import { z } from 'zod';
import { byteField, hexField } from '../frame-input.js';
import { namedCodes, namesOf } from '../named-codes.js';
import { plainCommands as sharedCommands, statusNames } from '../speech/chip-commands.js';

/** Under 4 KB. */
export const maxTextBytes = 4095;
export const maxDataBytes = maxTextBytes + 2;

export const plainCommands = { ...sharedCommands, wake: 0xff } as const;
export const encodings = namedCodes({ gb2312: 0, gbk: 1, big5: 2, 'utf-16le': 3 }, 0xff);

export const xfs5152ceFrame = z.discriminatedUnion('kind', [
  /** One byte from the chip. */
  z.strictObject({ kind: z.literal('status'), status: z.enum(statusNames) }),
  /** The text may hold control marks such as `[v5]`. */
  z.strictObject({
    kind: z.literal('speak'),
    encoding: encodings.schema,
    text: z.string().optional(),
    textHex: hexField().optional(),
    note: z.string().optional(),
  }),
  z.strictObject({ kind: z.enum(namesOf(plainCommands)) }),
  z.strictObject({ kind: z.literal('unknown'), command: byteField, payload: hexField(0, maxDataBytes - 1) }),
]);

export type Xfs5152ceFrame = Readonly<z.infer<typeof xfs5152ceFrame>>;
