import { bugError, callerError } from '@xiaolaba/protocol';
import { type Charset, encodeText } from '../character-set.js';

export interface SpeechOptions {
  readonly encoding: Charset;
  /** What one frame holds: 200 for a SYN6288, 4095 for an XFS5152CE; 4 at least. */
  readonly maxBytes: number;
}

/** A piece of speech for one frame. */
export interface SpeechChunk {
  readonly text: string;
  readonly bytes: Uint8Array;
}

interface Unit {
  readonly character: string;
  readonly bytes: number;
}

/** A mark begins with a letter (`[v16]`), `=` and a letter (`[=hao3]`) or is one digit (`[2]`). */
const mark = /\[(?:=?[A-Za-z][^[\]\u0080-\u{10ffff}]*|\d)\]/gu;

/**
 * Takes out what a speech chip would obey instead of say. Other text in brackets loses its brackets alone, so that a
 * telephone number in them is still heard; no bracket is left, hence no mark either.
 */
export function stripControlMarks(text: string): string {
  let before = '';
  let after = text;
  // A mark inside a mark leaves another one behind.
  while (after !== before) {
    before = after;
    after = before.replace(mark, '');
  }
  return after.replace(/[[\]［］]/g, '');
}

function tidy(text: string): string {
  return stripControlMarks(text.normalize('NFC').replace(/\p{Default_Ignorable_Code_Point}/gu, ''))
    .replace(/([^\s\p{P}])?\s*[\r\n\u0085\u2028\u2029]+\s*/gu, (_all, last?: string) => (last ? `${last}。` : ''))
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim();
}

/** UTF-16 can write what no chip has a sound for: those characters beyond the first plane, and unassigned ones. */
function bytesOf(character: string, encoding: Charset): number | undefined {
  if (character.length > 1 || /[\p{Cn}\p{Co}\p{Cs}]/u.test(character)) return undefined;
  return encodeText(character, encoding)?.length;
}

function measure(text: string, encoding: Charset): readonly Unit[] {
  const units: Unit[] = [];
  const unknown = new Set<string>();
  for (const character of text) {
    const bytes = bytesOf(character, encoding);
    if (bytes === undefined) unknown.add(character);
    else units.push({ character, bytes });
  }
  if (unknown.size > 0) {
    const characters = [...unknown];
    throw callerError('speech-characters', `not in ${encoding}: ${characters.join(' ')}`, { encoding, characters });
  }
  return units;
}

const sentenceEnd = /[。！？；…!?;.．]/u;
const clauseEnd = /[，、：,:）》」』”’)]/u;
const closing = /[）》」』”’)"']/u;
const inWord = /[A-Za-z0-9.,:%+\-/@_']/;

/** How good it is to cut before `at`: 4 after a sentence … 0 inside a word or number. */
function cutQuality(units: readonly Unit[], at: number): number {
  const next = units[at]?.character ?? '';
  const last = units[at - 1]?.character ?? '';
  if (inWord.test(last) && inWord.test(next)) return 0;
  // Punctuation belongs to what it closes.
  if (closing.test(next) || sentenceEnd.test(next) || clauseEnd.test(next)) return 0;
  let end = at - 1;
  while (end > 0 && closing.test(units[end]?.character ?? '')) end -= 1;
  if (sentenceEnd.test(units[end]?.character ?? '')) return 4;
  if (clauseEnd.test(last)) return 3;
  return last === ' ' || next === ' ' ? 2 : 1;
}

/** The end of the chunk that begins at `from`. */
function chunkEnd(units: readonly Unit[], from: number, maxBytes: number): number {
  let fits = from;
  for (let bytes = units[fits]?.bytes ?? 0; fits < units.length && bytes <= maxBytes; ) {
    fits += 1;
    bytes += units[fits]?.bytes ?? 0;
  }
  if (fits === units.length) return fits;
  let best = fits;
  let quality = 0;
  for (let at = fits; at > from && quality < 4; at -= 1) {
    const found = cutQuality(units, at);
    if (found > quality) [best, quality] = [at, found];
  }
  return best;
}

/**
 * Makes public text safe to say and cuts it into frames: at the end of a sentence if one fits, else of a clause, else
 * of a word, and never inside a character. Pieces without a letter or digit are left out.
 *
 * @throws XiaolabaError (caller) `speech-characters` with `details.characters`, each that the encoding lacks or no chip
 * can say; (bug) `speech-chunk-size` where `maxBytes` is no whole number of at least 4
 */
export function prepareSpeech(text: string, { encoding, maxBytes }: SpeechOptions): readonly SpeechChunk[] {
  if (!Number.isInteger(maxBytes) || maxBytes < 4) throw bugError('speech-chunk-size', 'too small', { maxBytes });
  const units = measure(tidy(text), encoding);
  const chunks: SpeechChunk[] = [];
  for (let from = 0; from < units.length; ) {
    const end = chunkEnd(units, from, maxBytes);
    const piece = units
      .slice(from, end)
      .map((unit) => unit.character)
      .join('')
      .trim();
    const bytes = encodeText(piece, encoding);
    if (bytes && /[\p{L}\p{N}]/u.test(piece)) chunks.push({ text: piece, bytes });
    from = end;
  }
  return chunks;
}
