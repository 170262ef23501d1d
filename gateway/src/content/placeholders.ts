/** Fields that every text may hold; the gateway fills them in for each place. */
export const textFieldNames = ['police_station', 'township', 'district', 'place'] as const;

/** The fields that a text holds, as written between braces. */
export const fieldNamesIn = (text: string): string[] =>
  [...text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '');
