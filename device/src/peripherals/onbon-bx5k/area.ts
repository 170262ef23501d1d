/** Areas of real-time text (A3 06). Source: Onbon BX-5K/6K protocol 1.4, chapters 8.2.1, 9.1 and 11. */
import { z } from 'zod';
import { decodeText } from '../character-set.js';
import { byteField, fromHex, hexField, toHex, wordField } from '../frame-input.js';
import { namedCodes } from '../named-codes.js';
import { gbkBytes, gbkField } from '../sign-text/gbk-text.js';
import { FieldReader, longBytes, wordBytes } from './bytes.js';

const runMode = namedCodes({ loop: 0, 'hold-last': 1, 'loop-until-timeout': 2 }, 0xff);
const lineMode = namedCodes({ single: 1, multi: 2 }, 0xff);
const wrapMode = namedCodes({ manual: 1, auto: 2 }, 0xff);
const effect = namedCodes(
  {
    static: 1,
    instant: 2,
    'move-left': 3,
    'move-right': 4,
    'move-up': 5,
    'move-down': 6,
  },
  0xff,
);

/** Text with the card's live sequences (`\C1`, `\FO000`, `\n`) as they stand in it; hexadecimal where it is not GBK. */
const content = z.union([
  z.strictObject({ text: gbkField }),
  z.strictObject({ hex: hexField(0, 0xffff), note: z.literal('not-gbk') }),
]);
type Content = z.infer<typeof content>;

/** Horizontal measures: in pixels; the wire counts either pixels (bit 15 set) or bytes of 8 pixels. */
const across = z
  .strictObject({ pixels: z.int().min(0), unit: z.enum(['pixel', 'byte']) })
  .refine(({ pixels, unit }) => (unit === 'pixel' ? pixels < 0x8000 : pixels % 8 === 0 && pixels / 8 < 0x8000), {
    message: 'out of range, or no multiple of 8 in byte units',
  });
type Across = z.infer<typeof across>;

const readAcross = (value: number): Across =>
  value & 0x8000 ? { pixels: value & 0x7fff, unit: 'pixel' } : { pixels: value * 8, unit: 'byte' };
const writeAcross = ({ pixels, unit }: Across): number[] => wordBytes(unit === 'pixel' ? pixels | 0x8000 : pixels / 8);

/** Cards with a speaker only. Mode 1 speaks the shown text, mode 2 its own. */
const sound = z
  .strictObject({
    mode: byteField.min(1),
    /** Bits 0–3 speaker 0–5, bits 4–7 repetitions. */
    speakerAndRepeats: byteField,
    /** 0–10. */
    volume: byteField,
    /** 0–10. */
    speed: byteField,
    words: content.optional(),
  })
  .refine(({ mode, words }) => (mode === 2) === (words !== undefined), 'words belong to mode 2');

const knownArea = z.strictObject({
  type: byteField,
  x: across,
  /** Pixels. */
  y: wordField,
  width: across,
  /** Pixels. */
  height: wordField,
  id: byteField,
  /** Pixels. */
  lineSpacing: byteField,
  runMode: runMode.schema,
  timeoutSeconds: wordField,
  sound: sound.optional(),
  /** Type setting, character spacing, reserved bytes: as many as the card was sent. */
  extension: hexField(0, 255),
  /** Bits 0–1 left, right, centre; bits 2–3 top, bottom, middle. */
  alignment: byteField,
  lines: lineMode.schema,
  wrap: wrapMode.schema,
  effect: effect.schema,
  exit: byteField,
  /** 0 is the fastest, 24 the slowest. */
  speed: byteField,
  staySeconds: z.number().min(0).max(127.5).multipleOf(0.5),
  content,
});

/** An area of unknown build keeps its bytes. */
export const areaSchema = z.union([knownArea, z.strictObject({ raw: hexField(0, 0xffff) })]);
export type Area = z.infer<typeof areaSchema>;

function readContent(bytes: Uint8Array): Content {
  const text = decodeText(bytes, 'gbk');
  return text === undefined ? { hex: toHex(bytes), note: 'not-gbk' } : { text };
}
const writeContent = (value: Content): Uint8Array =>
  'text' in value ? gbkBytes('onbon-bx5k', value.text) : fromHex(value.hex);

function readSound(from: FieldReader): z.infer<typeof sound> | undefined {
  const mode = from.byte();
  if (mode === 0) return undefined;
  const fixed = { mode, speakerAndRepeats: from.byte(), volume: from.byte(), speed: from.byte() };
  return mode === 2 ? { ...fixed, words: readContent(from.take(from.long())) } : fixed;
}

function writeSound(value: z.infer<typeof sound> | undefined): number[] {
  if (value === undefined) return [0];
  const fixed = [value.mode, value.speakerAndRepeats, value.volume, value.speed];
  if (value.words === undefined) return fixed;
  const words = writeContent(value.words);
  return [...fixed, ...longBytes(words.length), ...words];
}

export function readArea(bytes: Uint8Array): Area {
  const from = new FieldReader(bytes);
  const head = {
    type: from.byte(),
    x: readAcross(from.word()),
    y: from.word(),
    width: readAcross(from.word()),
    height: from.word(),
    id: from.byte(),
    lineSpacing: from.byte(),
    runMode: runMode.name(from.byte()),
    timeoutSeconds: from.word(),
  };
  const spoken = readSound(from);
  const area = {
    ...head,
    ...(spoken !== undefined && { sound: spoken }),
    extension: toHex(from.take(from.byte())),
    alignment: from.byte(),
    lines: lineMode.name(from.byte()),
    wrap: wrapMode.name(from.byte()),
    effect: effect.name(from.byte()),
    exit: from.byte(),
    speed: from.byte(),
    staySeconds: from.byte() / 2,
    content: readContent(from.take(from.long())),
  };
  return from.done ? area : { raw: toHex(bytes) };
}

export function writeArea(area: Area): Uint8Array {
  if ('raw' in area) return fromHex(area.raw);
  const extension = fromHex(area.extension);
  const shown = writeContent(area.content);
  return Uint8Array.from([
    area.type,
    ...writeAcross(area.x),
    ...wordBytes(area.y),
    ...writeAcross(area.width),
    ...wordBytes(area.height),
    area.id,
    area.lineSpacing,
    runMode.code(area.runMode),
    ...wordBytes(area.timeoutSeconds),
    ...writeSound(area.sound),
    extension.length,
    ...extension,
    area.alignment,
    lineMode.code(area.lines),
    wrapMode.code(area.wrap),
    effect.code(area.effect),
    area.exit,
    area.speed,
    area.staySeconds * 2,
    ...longBytes(shown.length),
    ...shown,
  ]);
}
