import type { BulletinFormView, ContentProblemView } from '@xiaolaba/gateway/contract';

export type Template = BulletinFormView['templates'][number];

/** A stretch of text: plain, still to be filled in, or with something wrong about it. */
export interface Piece {
  readonly text: string;
  readonly kind: 'plain' | 'blank' | 'error' | 'warning';
  readonly problem?: ContentProblemView;
}

interface Mark {
  readonly start: number;
  readonly end: number;
  readonly problem: ContentProblemView;
}

/** Where in this very text a problem is; offsets that no longer fit are looked for by what they held. */
function markIn(text: string, problem: ContentProblemView): Mark | undefined {
  const { excerpt, start, end } = problem.details;
  if (typeof excerpt !== 'string' || excerpt === '') return undefined;
  if (typeof start === 'number' && typeof end === 'number' && text.slice(start, end) === excerpt)
    return { start, end, problem };
  const found = text.indexOf(excerpt);
  return found < 0 ? undefined : { start: found, end: found + excerpt.length, problem };
}

/** The text with what was found in it; where two findings overlap the first stands. */
export function markedPieces(text: string, problems: readonly ContentProblemView[]): Piece[] {
  const marks = problems
    .flatMap((problem) => markIn(text, problem) ?? [])
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end, problem } of marks) {
    if (start < at) continue;
    if (start > at) pieces.push({ text: text.slice(at, start), kind: 'plain' });
    pieces.push({ text: text.slice(start, end), kind: problem.severity, problem });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), kind: 'plain' });
  return pieces;
}

/** A day of the calendar as the sign will have it. */
const spokenDay = (value: string): string =>
  value.replace(/^\d{4}-(\d{2})-(\d{2})$/, (_, month: string, date: string) => `${Number(month)}月${Number(date)}日`);

/** The template's sentence as far as the form has been filled in, before the gateway makes the real one of it. */
export function sentenceSoFar(
  template: Template,
  values: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
  problems: readonly ContentProblemView[],
): Piece[] {
  const pieces = template.text.split(/(\{[a-z_]+\})/).flatMap((part): Piece[] => {
    const id = /^\{([a-z_]+)\}$/.exec(part)?.[1];
    if (id === undefined) return part === '' ? [] : [{ text: part, kind: 'plain' }];
    // Filled in for each place by the gateway.
    if (labels[id] === undefined) return [{ text: '…', kind: 'plain' }];
    const value = (values[id] ?? '').trim();
    if (value === '') return [{ text: labels[id], kind: 'blank' }];
    return markedPieces(
      spokenDay(value),
      problems.filter(({ field }) => field === `fields.${id}`),
    );
  });
  return [...pieces, { text: template.advice, kind: 'plain' }];
}
