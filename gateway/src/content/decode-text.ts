import iconv from 'iconv-lite';

const han = /\p{Script=Han}/u;
const plain = /^[\p{ASCII}]*$/u;

/**
 * UTF-8 with or without a byte order mark; otherwise GBK, as office programs in China write it; else nothing.
 * Short GBK can be valid UTF-8 by chance: 路 is the two bytes of a middle dot. So text that as UTF-8 has letters
 * beyond ASCII, and among them not one Chinese character where GBK finds some, is GBK.
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const utf8 = decodeUtf8(bytes);
  if (utf8 !== undefined && (marked || plain.test(utf8) || han.test(utf8))) return utf8;
  const gbk = iconv.decode(Buffer.from(bytes), 'gbk');
  // The replacement character marks bytes that are no GBK either.
  if (!gbk.includes('\uFFFD') && (utf8 === undefined || han.test(gbk))) return gbk;
  return utf8;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
