import { type LibraryItem, type VoiceKind, type VoiceTable, voiceOf } from './library.js';

/** Of each draft, the dialects spoken where it goes and at how many places; absent while nobody knows. */
export type Spoken = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface GapCell {
  readonly dialect: string;
  /** Absent where nobody there speaks it and nothing is written in it. */
  readonly voice?: VoiceKind;
}
export interface GapRow {
  readonly entry: LibraryItem;
  readonly cells: readonly GapCell[];
}

/** One row an item, one cell a dialect. */
export const rowsOf = (
  list: readonly LibraryItem[],
  dialects: readonly string[],
  voices: VoiceTable,
  spoken: Spoken,
): GapRow[] =>
  list.map((entry) => ({
    entry,
    cells: dialects.map((dialect) => {
      const version = entry.item.audio?.find((one) => one.dialect === dialect);
      const there = (spoken.get(entry.draft.id)?.get(dialect) ?? 0) > 0;
      return version || there ? { dialect, voice: voiceOf(version ?? { dialect }, entry.item, voices) } : { dialect };
    }),
  }));

/** How many of an item's dialects have nobody's own voice. */
export const gapsOf = ({ cells }: GapRow): number =>
  cells.filter(({ voice }) => voice !== undefined && voice !== 'recording').length;

/** How many items of those that need a dialect are recorded in it. */
export const tallyOf = (rows: readonly GapRow[], dialect: string): { readonly n: number; readonly of: number } => {
  const needed = rows.flatMap(({ cells }) => cells.filter((cell) => cell.dialect === dialect && cell.voice));
  return { n: needed.filter(({ voice }) => voice === 'recording').length, of: needed.length };
};
