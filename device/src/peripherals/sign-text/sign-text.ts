/** Public text made fit for a sign: nothing in it may be taken for one of the sign's own codes. */
import { callerError } from '@xiaolaba/protocol';
import { type Charset, encodeText, missingCharacters } from '../character-set.js';

/** What a sign's font holds. */
export type SignCharset = Extract<Charset, 'gb2312' | 'gbk'>;

export interface SignTextRules {
  readonly charset: SignCharset;
  /** Of the text as sent. */
  readonly maxBytes: number;
  /** A sign of one line gets a space instead of a line break. */
  readonly multiLine: boolean;
}

/** Lines that a card can show, with the count of their bytes in its character set. */
export interface SignLines {
  readonly lines: readonly string[];
  readonly bytes: number;
}

const FULL_WIDTH_BACKSLASH = '＼';

/** Line breaks of every system become one; other control and invisible formatting characters vanish or become a space. */
export function plainLines(text: string, multiLine: boolean): string[] {
  const clean = text
    .normalize('NFC')
    .replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, '\n')
    .replace(/[\t\u00a0\u2000-\u200a\u202f]/g, ' ')
    .replace(/(?!\n)(?:\p{Cc}|\p{Cf}|\p{Variation_Selector})/gu, '');
  const lines = clean.split('\n').map((line) => line.trimEnd());
  return multiLine ? lines : [lines.filter((line) => line !== '').join(' ')];
}

function checked(lines: readonly string[], breakBytes: number, rules: SignTextRules): SignLines {
  const text = lines.join('');
  const bytes = encodeText(text, rules.charset);
  if (bytes === undefined) {
    const unknown = missingCharacters(text, rules.charset);
    throw callerError('text-not-on-sign', `the sign's font lacks ${unknown.join(' ')}`, { characters: unknown });
  }
  const length = bytes.length + breakBytes * (lines.length - 1);
  if (length > rules.maxBytes)
    throw callerError('text-too-long', `${length} bytes of text, the sign takes ${rules.maxBytes}`, {
      bytes: length,
      maxBytes: rules.maxBytes,
    });
  return { lines, bytes: length };
}

/**
 * For Onbon font cards, whose `\C1`, `\FO000`, `\DY`, `\n` are live: a backslash becomes the full-width one.
 * GB2312 only: in GBK a character's second byte may be a backslash. Returns the text for an area's content.
 * @throws XiaolabaError (caller) `text-not-on-sign` with `details.characters`, `text-too-long`
 */
export function onbonText(text: string, limits: Omit<SignTextRules, 'charset'>): string {
  const lines = plainLines(text, limits.multiLine).map((line) => line.replaceAll('\\', FULL_WIDTH_BACKSLASH));
  return checked(lines, 2, { ...limits, charset: 'gb2312' }).lines.join('\\n');
}

/**
 * For JetFile II signs: no control code stays; the caller puts new-line codes between the lines.
 * @throws XiaolabaError (caller) `text-not-on-sign` with `details.characters`, `text-too-long`
 */
export function jetFileLines(text: string, rules: SignTextRules): SignLines {
  return checked(plainLines(text, rules.multiLine), 1, rules);
}
