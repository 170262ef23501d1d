import { z } from 'zod';
import { byteField, hexField, wordField } from '../frame-input.js';
import { namesOf } from '../named-codes.js';
import {
  equaliserCommands,
  equalisers,
  errorCodes,
  fileCountCommands,
  media,
  mediaCommands,
  plainCommands,
  playbackModes,
  queryCommands,
  sources,
  states,
  statusSources,
  switchCommands,
  trackCommands,
  volumeCommands,
} from './commands.js';

const envelope = {
  /** Asks for an acknowledgement; a number where the byte is neither 0 nor 1. */
  feedback: z.union([z.boolean(), byteField]).default(false),
  /** False for the 8-byte form. */
  checksummed: z.boolean().default(true),
};
const onOff = z.union([z.boolean(), wordField]);

/** Kinds of one value share a shape. Counts and tracks are 16 bits wide as sent, also where a module can't reach that. */
export const dfplayerFrame = z.discriminatedUnion('kind', [
  /** `parameter` only where it is not 0, as in some vendors' examples. */
  z.strictObject({ kind: z.enum(namesOf(plainCommands)), parameter: wordField.optional(), ...envelope }),
  z.strictObject({ kind: z.enum(namesOf(queryCommands)), ...envelope }),
  z.strictObject({ kind: z.enum(namesOf(trackCommands)), track: wordField, ...envelope }),
  z.strictObject({ kind: z.enum(namesOf(fileCountCommands)), files: wordField, ...envelope }),
  /** 0–30 in every module known. */
  z.strictObject({ kind: z.enum(namesOf(volumeCommands)), volume: wordField, ...envelope }),
  z.strictObject({ kind: z.enum(namesOf(equaliserCommands)), equaliser: equalisers.schema, ...envelope }),
  z.strictObject({ kind: z.enum(namesOf(mediaCommands)), media: media.schema, ...envelope }),
  z.strictObject({ kind: z.enum(namesOf(switchCommands)), on: onOff, ...envelope }),
  z.strictObject({ kind: z.literal('set-source'), source: sources.schema, ...envelope }),
  z.strictObject({ kind: z.literal('play-folder-track'), folder: byteField, track: byteField, ...envelope }),
  /** Folder in 4 bits, track in 12. */
  z.strictObject({
    kind: z.literal('play-large-folder-track'),
    folder: z.int().min(0).max(15),
    track: z.int().min(0).max(0xfff),
    ...envelope,
  }),
  z.strictObject({
    kind: z.literal('set-amplification'),
    on: z.union([z.boolean(), byteField]),
    gain: byteField,
    ...envelope,
  }),
  /** The sheet puts the folder into the high byte, a common library into the low one. */
  z.strictObject({
    kind: z.literal('repeat-folder'),
    folder: byteField,
    folderByte: z.enum(['high', 'low']),
    ...envelope,
  }),
  /** What is plugged in; sent unasked when the module is ready. `otherBits` only where any is set. */
  z.strictObject({
    kind: z.literal('online'),
    usb: z.boolean(),
    sd: z.boolean(),
    pc: z.boolean(),
    flash: z.boolean(),
    otherBits: wordField.optional(),
    ...envelope,
  }),
  z.strictObject({ kind: z.literal('error'), error: errorCodes.schema, ...envelope }),
  z.strictObject({
    kind: z.literal('status'),
    source: statusSources.schema,
    state: states.schema,
    ...envelope,
  }),
  z.strictObject({ kind: z.literal('playback-mode'), mode: playbackModes.schema, ...envelope }),
  z.strictObject({ kind: z.literal('version'), version: wordField, ...envelope }),
  z.strictObject({ kind: z.literal('query-folder-file-count'), folder: wordField, ...envelope }),
  /** Read so where no acknowledgement is asked for; a question then looks the same, with the folder as its number. */
  z.strictObject({ kind: z.literal('folder-file-count'), files: wordField, ...envelope }),
  z.strictObject({ kind: z.literal('folder-count'), folders: wordField, ...envelope }),
  z.strictObject({ kind: z.literal('unknown'), command: byteField, payload: hexField(2, 2), ...envelope }),
]);

export type DfplayerFrame = Readonly<z.infer<typeof dfplayerFrame>>;
