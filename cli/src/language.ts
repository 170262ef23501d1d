export type Language = 'zh-CN' | 'en';

/** `--lang zh|en` wins, then XIAOLABA_LANG, then an English locale; otherwise Chinese. */
export function languageOf(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly language: Language; readonly rest: readonly string[] } {
  const at = argv.findIndex((argument) => argument === '--lang' || argument.startsWith('--lang='));
  const option = argv[at];
  const separate = option === '--lang';
  const given = at < 0 ? undefined : separate ? argv[at + 1] : option?.slice('--lang='.length);
  const rest = at < 0 ? argv : [...argv.slice(0, at), ...argv.slice(at + (separate ? 2 : 1))];
  const wanted = given ?? environment['XIAOLABA_LANG'] ?? environment['LC_ALL'] ?? environment['LANG'] ?? '';
  return { language: /^en/i.test(wanted) ? 'en' : 'zh-CN', rest };
}
