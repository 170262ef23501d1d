import iconv from 'iconv-lite';

export type Charset = 'gb2312' | 'gbk' | 'unicode';

/**
 * Assigned cells of each row of GB 2312-80, as pairs of first and last cell. `iconv-lite` takes "gb2312" for GBK, whose
 * additions lie in the same rows; a sign with a true GB2312 font shows a blank there.
 */
const symbolRows: readonly (readonly number[])[] = [
  [1, 94],
  [17, 66, 69, 78, 81, 92],
  [1, 94],
  [1, 83],
  [1, 86],
  [1, 24, 33, 56],
  [1, 33, 49, 81],
  [1, 26, 37, 73],
  [4, 79],
];

/** Whether row and cell (1–94 each) hold a character in GB 2312-80: 682 signs and 6763 Chinese characters. */
export function isGb2312Cell(row: number, cell: number): boolean {
  if (cell < 1 || cell > 94) return false;
  if (row >= 16 && row <= 87) return row !== 55 || cell <= 89;
  const ranges = symbolRows[row - 1] ?? [];
  return ranges.some((first, index) => index % 2 === 0 && cell >= first && cell <= (ranges[index + 1] ?? 0));
}

/** The bytes of one character in a set; `undefined` where the set does not have it. */
export function encodeCharacter(character: string, charset: Charset): Uint8Array | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return Uint8Array.of(code);
  if (charset === 'unicode') {
    // Unassigned, private and lone surrogate code points have no glyph that anybody agreed on.
    return /[\p{Cn}\p{Co}\p{Cs}\p{Cc}]/u.test(character) ? undefined : iconv.encode(character, 'utf-8');
  }
  const bytes = iconv.encode(character, 'gbk');
  const [high, low] = bytes;
  // One byte is `?` or the euro sign of one vendor's code page; a lossy match does not survive the way back.
  if (bytes.length !== 2 || high === undefined || low === undefined) return undefined;
  if (iconv.decode(bytes, 'gbk') !== character) return undefined;
  if (charset === 'gb2312' && !isGb2312Cell(high - 0xa0, low - 0xa0)) return undefined;
  return bytes;
}
