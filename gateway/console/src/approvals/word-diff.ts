/** A stretch of a text; `changed` where the other text has it not. */
export interface Part {
  readonly text: string;
  readonly changed: boolean;
}
export interface SideBySide {
  readonly before: readonly Part[];
  readonly after: readonly Part[];
}

// Chinese has no spaces: words are what the browser's own dictionary says.
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
const wordsOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

const push = (parts: { text: string; changed: boolean }[], text: string, changed: boolean): void => {
  const last = parts.at(-1);
  if (last?.changed === changed) last.text += text;
  else parts.push({ text, changed });
};

/** Two texts word by word, by their longest common sequence. */
export function diffWords(before: string, after: string): SideBySide {
  const a = wordsOf(before);
  const b = wordsOf(after);
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const left: { text: string; changed: boolean }[] = [];
  const right: { text: string; changed: boolean }[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const one = a[i];
    const other = b[j];
    if (one !== undefined && one === other) {
      push(left, one, false);
      push(right, one, false);
      i++;
      j++;
    } else if (one !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      push(left, one, true);
      i++;
    } else if (other !== undefined) {
      push(right, other, true);
      j++;
    }
  }
  return { before: left, after: right };
}
