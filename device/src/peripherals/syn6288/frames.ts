import { z } from 'zod';
import { byteField, hexField } from '../frame-input.js';
import { namedCodes, namesOf } from '../named-codes.js';
import { plainCommands, statusNames } from '../speech/chip-commands.js';

/** Command, parameter, 200 bytes of text, XOR. */
export const maxTextBytes = 200;
export const maxDataBytes = maxTextBytes + 3;

export const encodings = namedCodes({ gb2312: 0, gbk: 1, big5: 2, 'utf-16be': 3 }, 7);
export const baudRates = { 9600: 0, 19200: 1, 38400: 2 } as const;

export const syn6288Frame = z.discriminatedUnion('kind', [
  /** One byte from the chip. The answer to a query is two: `accepted`, then `busy` or `idle`. */
  z.strictObject({ kind: z.literal('status'), status: z.enum(statusNames) }),
  /** `music` 0 for none, 1–15 in the chip; five bits on the wire. The text may hold control marks such as `[v10]`. */
  z.strictObject({
    kind: z.literal('speak'),
    encoding: encodings.schema,
    music: z.int().min(0).max(31),
    text: z.string().optional(),
    textHex: hexField().optional(),
    note: z.string().optional(),
  }),
  z.strictObject({ kind: z.enum(namesOf(plainCommands)) }),
  /** Bits a second from here on; wait 16 ms. */
  z.strictObject({ kind: z.literal('set-baud'), baud: z.literal([9600, 19200, 38400]) }),
  z.strictObject({ kind: z.literal('unknown'), command: byteField, payload: hexField(0, maxDataBytes - 2) }),
]);

export type Syn6288Frame = Readonly<z.infer<typeof syn6288Frame>>;
