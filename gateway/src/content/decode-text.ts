import iconv from 'iconv-lite';

/** UTF-8 with or without a byte order mark; otherwise GBK, as office programs in China write it; else nothing. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const text = iconv.decode(Buffer.from(bytes), 'gbk');
    // The replacement character marks bytes that are no GBK either.
    return text.includes('\uFFFD') ? undefined : text;
  }
}
