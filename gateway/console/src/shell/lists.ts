const formats = new Map<string, Intl.ListFormat>();

/** Names one after another as the language sets them apart; without an *and*: some of these lists are cut short. */
export const listText = (parts: readonly string[], language: string): string => {
  let format = formats.get(language);
  if (!format) {
    format = new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' });
    formats.set(language, format);
  }
  return format.format(parts);
};
