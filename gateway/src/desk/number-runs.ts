/** A stretch of digits as a reader would put it together, however it is written. */
export interface NumberRun {
  /** In the folded text. */
  readonly from: number;
  readonly to: number;
  readonly digits: string;
  /** What stands right behind it. */
  readonly after: string;
  /** What stands right before it. */
  readonly before: string;
}

const values: Readonly<Record<string, string>> = Object.fromEntries(
  [...['零〇○◯', '一壹幺弌', '二贰两貳', '三叁參', '四肆', '五伍', '六陆陸', '七柒', '八捌', '九玖'].entries()].flatMap(
    ([value, forms]) => [...forms].map((form) => [form, String(value)]),
  ),
);
/** Between digits of one number; longer gaps part two numbers. */
const gap = /^[ \-‐‑‒–—―_.·•・/*~～]{1,3}$/u;
/** Parts numbers, but not where somebody spells one out digit by digit. */
const pause = /^[、，,;；]\s?$/u;
const alike: Readonly<Record<string, string>> = { o: '0', O: '0', l: '1', I: '1' };

const digitAt = (character: string | undefined): string | undefined => {
  if (character === undefined) return undefined;
  return /[0-9]/.test(character) ? character : values[character];
};

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly digits: string;
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; at++) {
    let digits = '';
    let end = at;
    for (; end < text.length; end++) {
      const value = digitAt(text[end]);
      // A letter that looks like a digit counts as one between two of them.
      const look = digits !== '' && digitAt(text[end + 1]) !== undefined ? alike[text[end] ?? ''] : undefined;
      if (value === undefined && look === undefined) break;
      digits += value ?? look;
    }
    if (digits === '') continue;
    pieces.push({ from: at, to: end, digits });
    at = end;
  }
  return pieces;
}

/** Numbers of a folded text, in order. Days written as 2026-07-16 are none. */
export function numberRuns(text: string): NumberRun[] {
  const days = [...text.matchAll(/(?<!\d)(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\d)/g)];
  const inDay = (piece: Piece) => days.some((day) => piece.from >= day.index && piece.to <= day.index + day[0].length);
  const runs: Piece[] = [];
  let single = false;
  for (const piece of piecesOf(text)) {
    if (inDay(piece)) continue;
    const last = runs.at(-1);
    const between = last && text.slice(last.to, piece.from);
    const alone = piece.digits.length === 1;
    if (last && between !== undefined && (gap.test(between) || (single && alone && pause.test(between)))) {
      runs[runs.length - 1] = { from: last.from, to: piece.to, digits: last.digits + piece.digits };
    } else {
      runs.push(piece);
    }
    single = alone;
  }
  return runs.map((run) => ({
    ...run,
    before: text.slice(Math.max(0, run.from - 12), run.from),
    after: text.slice(run.to, run.to + 4),
  }));
}
