import iconv from 'iconv-lite';

/** What a sign's font holds. GB2312 is the part of GBK whose both bytes are above A0, so that no byte looks like ASCII. */
export type SignCharset = 'gb2312' | 'gbk';

/** The text that these bytes stand for in GBK, or undefined where writing it again would not give the same bytes. */
export function readGbk(bytes: Uint8Array): string | undefined {
  const text = iconv.decode(Buffer.from(bytes), 'gbk');
  return Buffer.compare(iconv.encode(text, 'gbk'), bytes) === 0 ? text : undefined;
}

/** The bytes of one character, or undefined where the character set lacks it. iconv-lite would write `?`. */
function encodeCharacter(character: string, charset: SignCharset): Uint8Array | undefined {
  const bytes = iconv.encode(character, 'gbk');
  if (iconv.decode(bytes, 'gbk') !== character) return undefined;
  return charset === 'gbk' || isGb2312(bytes) ? bytes : undefined;
}

function isGb2312(bytes: Uint8Array): boolean {
  const [lead, trail] = bytes;
  if (lead === undefined) return false;
  if (trail === undefined) return lead < 0x80;
  if (lead < 0xa1 || lead > 0xf7 || (lead > 0xa9 && lead < 0xb0) || trail < 0xa1 || trail > 0xfe) return false;
  // GBK filled gaps inside the old rows: small Roman numerals, vertical punctuation, six phonetic letters.
  if (lead === 0xa2 && trail <= 0xaa) return false;
  if (lead === 0xa6 && trail >= 0xe0) return false;
  return !(lead === 0xa8 && trail >= 0xbb && trail <= 0xc0);
}

/** Encodes text; `unknown` lists each character that the set lacks once, in the order of appearance. */
export function encodeText(text: string, charset: SignCharset): { bytes: Uint8Array; unknown: readonly string[] } {
  const whole = iconv.encode(text, 'gbk');
  // One character at a time is fifty times slower, and needed only to tell which ones are missing.
  if (charset === 'gbk' && iconv.decode(whole, 'gbk') === text) return { bytes: whole, unknown: [] };
  const parts: Uint8Array[] = [];
  const unknown = new Set<string>();
  for (const character of text) {
    const bytes = encodeCharacter(character, charset);
    if (bytes === undefined) unknown.add(character);
    else parts.push(bytes);
  }
  return { bytes: Buffer.concat(parts), unknown: [...unknown] };
}
