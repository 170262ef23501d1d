import { type Charset, decodeText, encodeText, missingCharacters } from '../character-set.js';

/** Text where it is text in its set, else its bytes and why they are no text. */
export interface TextField {
  readonly text?: string | undefined;
  readonly textHex?: string | undefined;
  readonly note?: string | undefined;
}

export function readText(bytes: Uint8Array, charset: Charset | undefined): TextField {
  const text = charset && decodeText(bytes, charset);
  if (text !== undefined) return { text };
  const note = charset ? `not text in ${charset}` : 'unknown encoding';
  return { textHex: Buffer.from(bytes).toString('hex'), note };
}

/** The bytes, or what is wrong with the field. */
export function writeText(
  { text, textHex }: TextField,
  charset: Charset | undefined,
): { readonly bytes: Uint8Array } | { readonly problem: string } {
  if ((text === undefined) === (textHex === undefined)) return { problem: 'text: give either text or textHex' };
  if (textHex !== undefined) return { bytes: new Uint8Array(Buffer.from(textHex, 'hex')) };
  if (text === undefined || !charset) return { problem: 'text: in an unknown encoding give textHex' };
  const bytes = encodeText(text, charset);
  if (bytes) return { bytes };
  return { problem: `text: not in ${charset}: ${missingCharacters(text, charset).join(' ')}` };
}
