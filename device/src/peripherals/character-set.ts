import iconv from 'iconv-lite';

export const charsets = ['gb2312', 'gbk', 'big5', 'utf-16be', 'utf-16le'] as const;
export type Charset = (typeof charsets)[number];

/** Assigned cells of the rows of signs in GB 2312-80, as runs of first and last. Rows 10–15 and 88–94 are empty. */
const signRows: readonly (readonly (readonly [number, number])[])[] = [
  [[1, 94]],
  [
    [17, 66],
    [69, 78],
    [81, 92],
  ],
  [[1, 94]],
  [[1, 83]],
  [[1, 86]],
  [
    [1, 24],
    [33, 56],
  ],
  [
    [1, 33],
    [49, 81],
  ],
  [
    [1, 26],
    [37, 73],
  ],
  [[4, 79]],
];

/** `iconv-lite` takes "gb2312" for GBK, whose additions a chip or sign for GB2312 lacks: hence the standard's own table. */
function isGb2312(lead: number, trail: number): boolean {
  const row = lead - 0xa0;
  const cell = trail - 0xa0;
  if (cell < 1 || cell > 94) return false;
  if (row >= 16 && row <= 87) return row !== 55 || cell <= 89;
  return (signRows[row - 1] ?? []).some(([first, last]) => cell >= first && cell <= last);
}

const isPair: Readonly<Record<'gb2312' | 'gbk' | 'big5', (lead: number, trail: number) => boolean>> = {
  gb2312: isGb2312,
  gbk: (lead, trail) => lead >= 0x81 && lead <= 0xfe && trail >= 0x40 && trail <= 0xfe && trail !== 0x7f,
  big5: (lead, trail) =>
    lead >= 0xa1 && lead <= 0xf9 && ((trail >= 0x40 && trail <= 0x7e) || (trail >= 0xa1 && trail <= 0xfe)),
};

/** GB2312 is read and written by the table of GBK, Big5 by that of the original without Hong Kong's additions. */
const tables = { gb2312: 'gbk', gbk: 'gbk', big5: 'cp950' } as const;

function isWellFormed(bytes: Uint8Array, charset: 'gb2312' | 'gbk' | 'big5'): boolean {
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) continue;
    at += 1;
    if (at >= bytes.length || !isPair[charset](lead, bytes[at] ?? 0)) return false;
  }
  return true;
}

function swapped(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes).swap16();
}

function encodeRaw(text: string, charset: Charset): Uint8Array {
  if (charset === 'utf-16le') return new Uint8Array(Buffer.from(text, 'utf16le'));
  if (charset === 'utf-16be') return new Uint8Array(swapped(Buffer.from(text, 'utf16le')));
  return new Uint8Array(iconv.encode(text, tables[charset]));
}

function decodeRaw(bytes: Uint8Array, charset: Charset): string | undefined {
  if (charset === 'utf-16be' || charset === 'utf-16le') {
    if (bytes.length % 2 !== 0) return undefined;
    return (charset === 'utf-16be' ? swapped(bytes) : Buffer.from(bytes)).toString('utf16le');
  }
  return isWellFormed(bytes, charset) ? iconv.decode(Buffer.from(bytes), tables[charset]) : undefined;
}

/** Half a surrogate pair, and code points that each vendor fills as it likes. */
const hasNoMeaning = /[\p{Cs}\p{Co}\ufffd]/u;

/** The text, if these bytes are one in that set and the text gives the same bytes again. */
export function decodeText(bytes: Uint8Array, charset: Charset): string | undefined {
  const text = decodeRaw(bytes, charset);
  if (text === undefined || hasNoMeaning.test(text)) return undefined;
  return Buffer.compare(encodeRaw(text, charset), bytes) === 0 ? text : undefined;
}

/** The bytes of a text all of whose characters the set has. */
export function encodeText(text: string, charset: Charset): Uint8Array | undefined {
  const bytes = encodeRaw(text, charset);
  // A character that is missing became "?" and does not survive the way back.
  return decodeText(bytes, charset) === text ? bytes : undefined;
}

/** Each character once that the set does not have. */
export const missingCharacters = (text: string, charset: Charset): readonly string[] =>
  [...new Set(text)].filter((character) => encodeText(character, charset) === undefined);
