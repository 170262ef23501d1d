import { isDeepStrictEqual } from 'node:util';
import { callerError } from '@xiaolaba/protocol';
import { z } from 'zod';
import type { FrameCodec } from '../codec.js';
import { resyncDecoder } from '../resync-decoder.js';
import { checksumOf, lineEnds, longestSentence, nmeaStep, type Sentence } from './framing.js';
import { type Meaning, meaningFields, readMeaning } from './meaning.js';

const sentenceFields = {
  /** Who speaks and what: `GNRMC`, or `PUBX` for a maker's own. */
  address: z.string().regex(/^[0-9A-Z]{3,11}$/),
  /** The sentence itself, as it is on the wire; what is named beside it is read from here. */
  fields: z.array(z.string().regex(/^[\x20\x22\x23\x25-\x29\x2b\x2d-\x7e]*$/)).min(1),
  /** The usual is `$`. */
  start: z.literal('!').optional(),
  /** As it was written where it is not in capitals; null where the sentence had none. Reckoned where left out. */
  checksum: z
    .string()
    .regex(/^[0-9a-fA-F]{2}$/)
    .nullable()
    .optional(),
  /** The usual is carriage return and line feed. */
  lineEnd: z.enum(['lf', 'none']).optional(),
} as const;

const named = <Kind extends keyof typeof meaningFields>(kind: Kind) =>
  z.strictObject({ kind: z.literal(kind), ...sentenceFields, ...z.object(meaningFields[kind]).partial().shape });

/** A sentence whose meaning is not read: another kind, one without a checksum, or with fields that it can't have. */
const otherFrame = z.strictObject({ kind: z.literal('other'), ...sentenceFields });

const frameSchema = z.discriminatedUnion('kind', [
  named('rmc'),
  named('gga'),
  named('gll'),
  named('vtg'),
  named('gsa'),
  named('gsv'),
  otherFrame,
]);

/** A sentence and what it says. */
export type Nmea0183Frame = Omit<z.infer<typeof otherFrame>, 'kind'> & ({ kind: 'other' } | Meaning);

function toFrame({ start, body, checksum, lineEnd }: Sentence): Nmea0183Frame {
  const [address = '', ...fields] = body.split(',');
  const isUsual = checksum !== null && checksum === checksum.toUpperCase();
  const sentence = {
    address,
    fields,
    ...(start === '!' ? { start } : {}),
    ...(isUsual ? {} : { checksum }),
    ...(lineEnd === 'crlf' ? {} : { lineEnd }),
  };
  // A position that nothing guards may have lost a digit on the wire.
  const meaning = start === '$' && checksum !== null ? readMeaning(body) : undefined;
  return meaning ? { ...sentence, ...meaning } : { kind: 'other', ...sentence };
}

const malformed = (problems: readonly string[]) =>
  callerError('frame-malformed', 'no NMEA 0183 sentence', { problems });

function checkMeaning(value: z.infer<typeof frameSchema>, body: string): void {
  if (value.kind === 'other') return;
  const meaning = readMeaning(body);
  if (meaning?.kind !== value.kind) throw malformed([`kind: the fields are no ${value.kind}`]);
  const said = new Map<string, unknown>(Object.entries(meaning));
  const problems = Object.entries(value)
    .filter(([name, given]) => given !== undefined && said.has(name) && !isDeepStrictEqual(said.get(name), given))
    .map(([name]) => `${name}: says otherwise than fields`);
  if (problems.length > 0) throw malformed(problems);
}

function encode(value: unknown): Uint8Array {
  const parsed = frameSchema.safeParse(value);
  if (!parsed.success) {
    throw malformed(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'frame'}: ${message}`));
  }
  const { address, fields, start, checksum, lineEnd } = parsed.data;
  const body = [address, ...fields].join(',');
  const reckoned = checksumOf(body).toString(16).padStart(2, '0').toUpperCase();
  if (checksum && checksum.toUpperCase() !== reckoned) throw malformed([`checksum: ${reckoned} fits, ${checksum} not`]);
  if (checksum === null && lineEnd === 'none') throw malformed(['lineEnd: needed where there is no checksum']);
  checkMeaning(parsed.data, body);
  const tail = checksum === null ? '' : `*${checksum ?? reckoned}`;
  const sentence = `${start ?? '$'}${body}${tail}${lineEnds[lineEnd ?? 'crlf']}`;
  if (sentence.length > longestSentence)
    throw malformed([`frame: ${sentence.length} bytes, at most ${longestSentence}`]);
  return Uint8Array.from(Buffer.from(sentence, 'latin1'));
}

const step = nmeaStep(toFrame);

/**
 * Positioning receivers: NMEA 0183 (4.11 and before), with the BeiDou talkers GB and BD. What a sentence means is read
 * by the `gps` library; framing and checksum are done here, so that every sentence can be written again byte for byte.
 * Errors: `noise`, `truncated`, `checksum`, `too-long`.
 */
export const codec: FrameCodec<Nmea0183Frame> = {
  protocol: 'nmea0183',
  maxHeldBytes: longestSentence,
  decoder: () => resyncDecoder(step),
  encode,
};
