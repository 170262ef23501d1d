/** A text with its disguises taken off, and where each of its characters stood. */
export interface FoldedText {
  /** One UTF-16 unit or surrogate pair an entry; full-width forms, other scripts' digits and invisible signs are gone. */
  readonly characters: readonly string[];
  readonly text: string;
  /** Start and end of a stretch of `text` in the original, in UTF-16 units. */
  span(from: number, to: number): { readonly start: number; readonly end: number };
}

const invisible = /^[\p{Cf}\p{Cc}\p{Variation_Selector}\p{Mn}\u115f\u1160\u3164\uffa0]$/u;
const decimal = /^\p{Nd}$/u;

/** The value of a decimal digit of any script: Unicode keeps each script's ten in a row. */
function digitValue(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let before = 0;
  while (before < 60 && decimal.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}

function unfold(character: string): string {
  if (/^[0-9]$/.test(character)) return character;
  if (invisible.test(character)) return /\s/.test(character) ? ' ' : '';
  return [...character.normalize('NFKC')]
    .map((one) => (decimal.test(one) && !/[0-9]/.test(one) ? digitValue(one) : /\s/u.test(one) ? ' ' : one))
    .join('');
}

/** What a reader sees or hears in a text, whatever it is written with. */
export function foldText(original: string): FoldedText {
  const characters: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of original) {
    for (const one of unfold(character)) {
      for (const unit of one.split('')) {
        characters.push(unit);
        starts.push(at);
        ends.push(at + character.length);
      }
    }
    at += character.length;
  }
  return {
    characters,
    text: characters.join(''),
    span: (from, to) => ({ start: starts[from] ?? at, end: ends[Math.max(from, to - 1)] ?? at }),
  };
}
