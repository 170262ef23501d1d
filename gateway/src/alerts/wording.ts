import type { AlertWords } from '../api/alert-contract.js';
import { fillIn } from '../campaigns/variants.js';
import { type AlertText, type ContentProblem, Problems } from '../content/index.js';
import { checkPrivacy } from '../desk/check-draft.js';
import type { AlertStatus, Spoken, Wording } from './alert.js';
import {
  contradictionIn,
  plainWords,
  shownExercise,
  spokenExercise,
  titledExercise,
  withoutNotices,
} from './exercise.js';
import type { Severity } from './words.js';

/** What problems of an alert are told of: it has no file. */
export const alertFile = 'alert';

export interface Worded {
  readonly wording: Wording;
  /** With an error among them it must not go on air. */
  readonly problems: readonly ContentProblem[];
}

interface Raw {
  readonly title: string;
  readonly event: string;
  readonly severity: Severity;
  readonly spoken: readonly Spoken[];
  readonly sign?: string | undefined;
}

/** What is to be said, from a prepared text or free words, checked; an exercise gets its notices. */
export function wordingOf(words: AlertWords, status: AlertStatus, texts: readonly AlertText[]): Worded {
  const problems = new Problems();
  const raw =
    'text' in words ? prepared(words, status, texts, problems) : { ...words, event: words.event ?? words.title };
  const own = (text: string, dialect?: string) =>
    status === 'exercise' ? withoutNotices(plainWords(text), dialect) : plainWords(text);
  const said = {
    title: own(raw.title),
    event: own(raw.event),
    spoken: raw.spoken
      .map(({ dialect, text }) => ({ dialect, text: own(text, dialect) }))
      .filter(({ text }) => text !== ''),
    sign: own(raw.sign ?? ''),
  };
  const all: (readonly [string, string])[] = [
    ['title', said.title],
    ['event', said.event],
    ...said.spoken.map(({ text }, index) => [`spoken.${index}.text`, text] as const),
    ['sign', said.sign],
  ];
  for (const [field, text] of all) {
    checkPrivacy(alertFile, field, text, problems);
    const contradiction = contradictionIn(text, status);
    // What a prepared text says as a real alert was looked at when it was loaded.
    if (contradiction && (status === 'exercise' || !('text' in words)))
      problems.error(alertFile, contradiction.code, { excerpt: contradiction.excerpt }, { field });
  }
  if ('text' in words) checkFields(words, status, problems);
  if (said.title === '' || (said.spoken.length === 0 && said.sign === ''))
    problems.error(alertFile, 'alert-words-missing');
  for (const [index, { dialect }] of said.spoken.entries())
    if (said.spoken.findIndex((one) => one.dialect === dialect) < index)
      problems.error(alertFile, 'id-repeated', { id: dialect }, { field: `spoken.${index}.dialect` });
  const { severity } = raw;
  if (status === 'actual') {
    const { title, event, spoken, sign } = said;
    return { wording: { title, event, severity, spoken, ...(sign ? { sign } : {}) }, problems: problems.list };
  }
  const spoken = said.spoken.flatMap(({ dialect, text }) => {
    const exercise = spokenExercise(dialect, text);
    if (exercise === undefined) problems.warning(alertFile, 'alert-notice-missing', { dialect });
    return exercise === undefined ? [] : [{ dialect, text: exercise }];
  });
  const wording = {
    title: titledExercise(said.title),
    event: titledExercise(said.event),
    severity,
    spoken,
    ...(said.sign ? { sign: shownExercise(said.sign) } : {}),
  };
  return { wording, problems: problems.list };
}

/** What was filled in must not say what the prepared text around it may. */
function checkFields({ fields }: Extract<AlertWords, { text: string }>, status: AlertStatus, problems: Problems): void {
  for (const [name, value] of Object.entries(fields)) {
    const contradiction = contradictionIn(value, status);
    if (contradiction)
      problems.error(alertFile, contradiction.code, { excerpt: contradiction.excerpt }, { field: `fields.${name}` });
  }
}

function prepared(
  words: Extract<AlertWords, { text: string }>,
  status: AlertStatus,
  texts: readonly AlertText[],
  problems: Problems,
): Raw {
  const text = texts.find(({ id }) => id === words.text);
  const nothing: Raw = { title: words.text, event: '', severity: 'unknown', spoken: [] };
  if (!text) {
    const choices = texts.map(({ id }) => id).join(', ');
    problems.error(alertFile, 'alert-text-unknown', { id: words.text, choices }, { field: 'text' });
    return nothing;
  }
  if (text.exercise && status === 'actual')
    problems.error(alertFile, 'alert-text-exercise', { id: text.id }, { field: 'text' });
  const values: Record<string, string> = {};
  for (const { id, preset, longest } of text.fields) {
    const value = plainWords(words.fields[id] ?? '') || preset;
    if ([...value].length > longest)
      problems.error(alertFile, 'bulletin-long', { limit: longest }, { field: `fields.${id}` });
    values[id] = value;
  }
  for (const id of Object.keys(words.fields))
    if (!(id in values)) problems.error(alertFile, 'field-unknown', { names: id }, { field: `fields.${id}` });
  return {
    title: text.title.zh,
    event: text.event.zh,
    severity: text.severity,
    spoken: text.spoken.map(({ dialect, text: one }) => ({ dialect, text: fillIn(one, values) })),
    sign: fillIn(text.sign, values),
  };
}
