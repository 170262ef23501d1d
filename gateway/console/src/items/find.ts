import type { RecordingView } from '@xiaolaba/gateway/contract';

/** Whether each word that somebody typed stands somewhere in these texts. */
export const holdsWords = (wanted: string, texts: readonly (string | undefined)[]): boolean => {
  const all = texts.join('\n').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
};

/** Recordings by what they are called, who made them and what uses them. */
export const recordingsLike = (list: readonly RecordingView[], wanted: string): RecordingView[] =>
  list.filter(({ name, title, authorName, uses }) =>
    holdsWords(wanted, [name, title, authorName, ...uses.map((use) => `${use.title.zh} ${use.title.en}`)]),
  );
