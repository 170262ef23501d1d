import { callerError } from '@xiaolaba/protocol';

/**
 * Bytes as technicians write them down: any case, with or without spaces, line ends, colons, commas or 0x.
 * @throws XiaolabaError (caller) `hex-missing`; `hex-malformed` with `details.text` and `details.at` (from 1); `hex-odd`
 */
export function readHex(text: string): Uint8Array {
  const digits: string[] = [];
  for (const token of text.matchAll(/[^\s:,]+/g)) {
    const [word] = token;
    const bare = word.replace(/0x/gi, '');
    const wrong = /[^0-9a-f]/i.exec(bare);
    if (wrong) throw callerError('hex-malformed', 'no hexadecimal', { text: word.slice(0, 24), at: token.index + 1 });
    if (bare.length % 2 !== 0) throw callerError('hex-odd', 'half a byte', { text: word.slice(0, 24) });
    digits.push(bare);
  }
  if (digits.length === 0) throw callerError('hex-missing', 'no bytes');
  return Uint8Array.from(Buffer.from(digits.join(''), 'hex'));
}
