/** What people call the parts of a campaign; keys of the catalogue. */
export const namedFields = [
  'title',
  'valid',
  'audience',
  'items',
  'cues',
  'text',
  'audio',
  'windows',
  'priority',
] as const;
export type NamedField = (typeof namedFields)[number] | 'other';

/** The part that a path such as `items.case.audio.cmn.text` is about: the text of one, the sound of another. */
export function fieldNamed(path: string): NamedField {
  const parts = path.split('.');
  const isNamed = (part: string | undefined): part is (typeof namedFields)[number] =>
    namedFields.some((name) => name === part);
  const inner = ['audio', 'windows', 'priority', 'text'] as const;
  const [first] = parts;
  if (first === 'items' || first === 'cues') return inner.find((name) => parts.includes(name)) ?? first;
  return isNamed(first) ? first : 'other';
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A value as somebody would write it down; empty where there is none. `listed` says several of them. */
export function valueText(value: unknown, listed: (parts: readonly string[]) => string): string {
  const said = (values: readonly unknown[]) => values.map((one) => valueText(one, listed)).filter(Boolean);
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return listed(said(value));
  if (!isTree(value)) return String(value);
  const { zh, title, text } = value;
  const own = [zh, title, text].filter((part) => part !== undefined);
  return said(own.length > 0 ? own : Object.values(value)).join(' ');
}
