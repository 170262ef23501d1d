import { type Charset, encodeCharacter } from './character-sets.js';

/** A sign as its device announces it; pixels. */
export interface SignShape {
  readonly columns: number;
  readonly rows: number;
  readonly charset: Charset;
}

export interface FittedText {
  /** What goes to the sign: every character is in its set, except those in `missing`. */
  readonly text: string;
  /** Characters that the set does not have; `index` counts characters of `text`, not UTF-16 units. */
  readonly missing: readonly { readonly char: string; readonly index: number }[];
  /** Replaced or left out on the way, so that an editor sees it; `index` counts characters of the input. */
  readonly adjusted: readonly { readonly from: string; readonly to: string; readonly index: number }[];
  /** Why the text must not go to this sign. */
  readonly refused?: 'text-empty' | 'text-missing-characters' | 'text-too-long' | 'sign-too-low';
  /** Width of the whole text in pixels. */
  readonly columnsNeeded: number;
  /** Stands still without scrolling. */
  readonly fitsStill: boolean;
  /** Bytes in the sign's set; Unicode as UTF-8. */
  readonly bytes: number;
  /** Time from the first column in to the last column out, at 48 and at 80 pixels a second. */
  readonly secondsPerPass: { readonly slow: number; readonly fast: number };
}

/** Pixels a second at which 16-pixel characters are read: 3 to 5 Chinese characters a second. */
export const readableSpeed = { slow: 48, fast: 80 } as const;
/** The glyph cell of every sign font in use; half-width glyphs take half of it. */
const glyphPixels = 16;
/** The smallest text buffer among the protocols that carry it (JT/T 808, JetFile II). */
const mostBytes = 1024;

/** Puts a text into the form that a sign can show, and says what it cannot. Nothing is replaced in silence. */
export function fitText(text: string, sign: SignShape): FittedText {
  const adjusted: { from: string; to: string; index: number }[] = [];
  const kept: string[] = [];
  [...text.normalize('NFC')].forEach((from, index) => {
    const to = neutral(from, sign.charset);
    if (to !== from) adjusted.push({ from, to, index });
    if (to !== '' && !(to === ' ' && (kept.length === 0 || kept.at(-1) === ' '))) kept.push(to);
  });
  if (kept.at(-1) === ' ') kept.pop();

  const missing: { char: string; index: number }[] = [];
  let bytes = 0;
  let columnsNeeded = 0;
  kept.forEach((char, index) => {
    const encoded = encodeCharacter(char, sign.charset);
    if (encoded === undefined) missing.push({ char, index });
    bytes += encoded?.length ?? 0;
    columnsNeeded += cells(char, sign.charset) * (glyphPixels / 2);
  });
  const travel = columnsNeeded + sign.columns;
  const refused = refusalOf(kept.length, missing.length, bytes, sign);
  return {
    text: kept.join(''),
    missing,
    adjusted,
    ...(refused === undefined ? {} : { refused }),
    columnsNeeded,
    fitsStill: columnsNeeded <= sign.columns,
    bytes,
    secondsPerPass: { slow: seconds(travel / readableSpeed.slow), fast: seconds(travel / readableSpeed.fast) },
  };
}

const seconds = (value: number): number => Math.round(value * 100) / 100;

function refusalOf(length: number, missing: number, bytes: number, sign: SignShape): FittedText['refused'] {
  if (length === 0) return 'text-empty';
  if (sign.rows < glyphPixels) return 'sign-too-low';
  if (missing > 0) return 'text-missing-characters';
  return bytes > mostBytes ? 'text-too-long' : undefined;
}

/** Half-width signs that the Chinese sets have in another form only. */
const sameSign: Readonly<Record<string, string>> = {
  '¥': '￥',
  '–': '—',
  '―': '—',
  '•': '·',
  '・': '·',
  '･': '·',
  '｡': '。',
  '､': '、',
  '｢': '「',
  '｣': '」',
  '〜': '～',
  '∼': '～',
  '⋯': '…',
  '¢': '￠',
  '£': '￡',
};

/** The harmless form of one character: empty for what is left out. */
function neutral(character: string, charset: Charset): string {
  if (/\s/u.test(character)) return ' ';
  if (/[\p{Cc}\p{Cf}]|\p{Variation_Selector}/u.test(character)) return '';
  // A backslash starts a command on common controllers: colour, font, new line.
  if (character === '\\') return '＼';
  const other = sameSign[character];
  if (charset === 'unicode' || other === undefined || encodeCharacter(character, charset) !== undefined) {
    return character;
  }
  return encodeCharacter(other, charset) === undefined ? character : other;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tibetan}\p{Extended_Pictographic}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;

/** Half-width cells that a glyph takes: the Chinese sets are full-width beyond ASCII, Unicode fonts mix. */
function cells(character: string, charset: Charset): 0 | 1 | 2 {
  if (/\p{Mn}|\p{Me}/u.test(character)) return 0;
  if ((character.codePointAt(0) ?? 0) < 0x80) return 1;
  return charset !== 'unicode' || wide.test(character) ? 2 : 1;
}
