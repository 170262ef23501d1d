import type { Problems } from './problems.js';

/**
 * Languages and dialects that counties broadcast in, by ISO 639-3: the Chinese dialects, then other languages of China.
 * Any other code works too, but is likelier a slip of the pen.
 */
const knownDialects: ReadonlySet<string> = new Set([
  ...['cmn', 'yue', 'hak', 'gan', 'nan', 'wuu', 'hsn', 'cjy', 'cdo', 'cpx', 'mnp', 'czo', 'czh', 'cnp', 'csp', 'luh'],
  ...['pcc', 'zha', 'zyb', 'zyj', 'zgn', 'uig', 'kaz', 'kir', 'uzb', 'tgk', 'sgh', 'tat', 'bod', 'khg', 'adx', 'mvf'],
  ...['khk', 'kor', 'iii', 'nuf', 'lis', 'lhu', 'hni', 'bca', 'bfs', 'blr', 'khb', 'tdd', 'mww', 'hmd', 'hmq', 'doc'],
  ...['kmc', 'mlm', 'swi', 'mmd', 'tji', 'lic', 'ium', 'nxq', 'acn', 'kac', 'prk', 'sce', 'mjg', 'ybe', 'slr', 'sjo'],
]);

/** A code that nobody broadcasts in is most often a misspelt one. */
export function checkDialect(
  file: string,
  dialect: string,
  problems: Problems,
  where: { field: string; line?: number },
): void {
  if (!knownDialects.has(dialect))
    problems.warning(file, 'dialect-unknown', { dialect, choices: [...knownDialects].slice(0, 12).join(', ') }, where);
}
