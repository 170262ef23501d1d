/** As the gateway counts: characters, not keystrokes, and the bytes that it takes at most. */
export const shortestPassword = 10;
export const longestPasswordBytes = 512;

export type PasswordFault = 'length' | 'tooLong' | 'notLogin';
export type Strength = 'weak' | 'fair' | 'good';
export type Weakness = 'common' | 'repeated' | 'digits' | 'short';

const normalised = (password: string): string => password.normalize('NFKC');

/** The gateway's rules that a password breaks. */
export const passwordFaults = (password: string, login: string): PasswordFault[] => {
  const text = normalised(password);
  const faults: PasswordFault[] = [];
  if ([...text].length < shortestPassword) faults.push('length');
  if (new TextEncoder().encode(text).length > longestPasswordBytes) faults.push('tooLong');
  if (login !== '' && text.toLowerCase() === login.trim().toLowerCase()) faults.push('notLogin');
  return faults;
};

/** What guessers try first: words, and rows of keys that fingers find by themselves. */
const guessedFirst = (
  'password passw0rd administrator welcome iloveyou letmein woaini wodemima xiaolaba fanzha gongan jingcha 5201314 ' +
  '1314520 0123456789 9876543210 qwertyuiop asdfghjkl zxcvbnm 1qaz2wsx3edc qazwsxedc abcdefghijklmnopqrstuvwxyz'
).split(' ');
const shortestPiece = 4;

/** Where a piece that guessers try first begins, and how long it is. */
const guessedAt = (text: string, from: number): number => {
  let longest = 0;
  for (const word of guessedFirst)
    for (let start = 0; start <= word.length - shortestPiece; start += 1)
      for (let length = shortestPiece; start + length <= word.length; length += 1)
        if (length > longest && text.startsWith(word.slice(start, start + length), from)) longest = length;
  return longest;
};

/** A piece that a guesser has in a list counts as this many characters. */
const pieceWorth = 2;
const fairFrom = 9;
const goodFrom = 14;

/** A rough estimate: how many characters are left when what is easily guessed is taken away. */
export const passwordStrength = (password: string): { strength: Strength; weakness?: Weakness } => {
  const text = normalised(password).toLowerCase();
  const length = [...text].length;
  let worth = 0;
  let common = false;
  let repeated = 0;
  const seen = new Map<string, number>();
  for (let at = 0; at < text.length; ) {
    const piece = guessedAt(text, at);
    if (piece > 0) {
      common = true;
      worth += pieceWorth;
      at += piece;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const before = seen.get(character) ?? 0;
    seen.set(character, before + 1);
    // Each letter comes back in a phrase; what comes back again and again adds little.
    if (before >= 3) repeated += 1;
    worth += before >= 3 ? 0.2 : /\p{Script=Han}/u.test(character) ? 2 : /\d/.test(character) ? 0.6 : 1;
    at += character.length;
  }
  const strength: Strength = worth >= goodFrom ? 'good' : worth >= fairFrom ? 'fair' : 'weak';
  if (strength === 'good') return { strength };
  const weakness: Weakness = common
    ? 'common'
    : repeated > length / 3
      ? 'repeated'
      : /^\d+$/.test(text)
        ? 'digits'
        : 'short';
  return { strength, weakness };
};
