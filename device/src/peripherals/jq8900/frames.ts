import { z } from 'zod';
import { byteField, hexField, wordField } from '../frame-input.js';
import { namesOf } from '../named-codes.js';
import {
  channels,
  countCommands,
  driveCommands,
  drives,
  equalisers,
  loopModes,
  pathCommands,
  plainCommands,
  secondsCommands,
  states,
  timeCommands,
  trackCommands,
} from './commands.js';

const text = { text: z.string().optional(), textHex: hexField().optional(), note: z.string().optional() };

export const jq8900Frame = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(namesOf(plainCommands)) }),
  z.strictObject({ kind: z.enum(namesOf(trackCommands)), track: wordField }),
  z.strictObject({ kind: z.enum(namesOf(countCommands)), count: wordField }),
  z.strictObject({ kind: z.enum(namesOf(secondsCommands)), seconds: wordField }),
  z.strictObject({ kind: z.enum(namesOf(driveCommands)), drive: drives.schema }),
  /** A path such as `/00001*MP3` in GBK: short names in capitals, no dot, `*` and `?` for any. */
  z.strictObject({ kind: z.enum(namesOf(pathCommands)), drive: drives.schema, ...text }),
  z.strictObject({
    kind: z.enum(namesOf(timeCommands)),
    hours: byteField,
    minutes: byteField,
    seconds: byteField,
  }),
  z.strictObject({ kind: z.literal('state'), state: states.schema }),
  /** `otherBits` only where any is set. */
  z.strictObject({
    kind: z.literal('online-drives'),
    usb: z.boolean(),
    sd: z.boolean(),
    flash: z.boolean(),
    otherBits: byteField.optional(),
  }),
  /** 0–30. */
  z.strictObject({ kind: z.literal('set-volume'), volume: byteField }),
  z.strictObject({ kind: z.literal('insert-track'), drive: drives.schema, track: wordField }),
  z.strictObject({ kind: z.literal('set-loop-mode'), mode: loopModes.schema }),
  z.strictObject({ kind: z.literal('set-equaliser'), equaliser: equalisers.schema }),
  /** Two-character names in the folder ZH, played one after another. */
  z.strictObject({
    kind: z.literal('play-combination'),
    names: z
      .array(z.string().regex(/^[\x20-\x7e]{2}$/))
      .min(1)
      .max(127),
  }),
  z.strictObject({ kind: z.literal('set-channel'), channel: channels.schema }),
  z.strictObject({ kind: z.literal('short-name'), ...text }),
  z.strictObject({
    kind: z.literal('repeat-section'),
    fromMinutes: byteField,
    fromSeconds: byteField,
    toMinutes: byteField,
    toSeconds: byteField,
  }),
  z.strictObject({
    kind: z.literal('unknown'),
    command: byteField.refine((code) => code !== 0xaa),
    payload: hexField(0, 255),
  }),
]);

export type Jq8900Frame = Readonly<z.infer<typeof jq8900Frame>>;
