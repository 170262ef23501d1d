interface DialectName {
  readonly zh: string;
  readonly en: string;
}

/** What people call the dialects by ISO 639-3 code, for sentences that name one. */
const names: Readonly<Record<string, DialectName>> = {
  cmn: { zh: '普通话', en: 'Mandarin' },
  yue: { zh: '粤语', en: 'Cantonese' },
  hak: { zh: '客家话', en: 'Hakka' },
  gan: { zh: '赣语', en: 'Gan' },
  nan: { zh: '闽南话', en: 'Southern Min' },
  wuu: { zh: '吴语', en: 'Wu' },
  pcc: { zh: '布依语', en: 'Bouyei' },
  uig: { zh: '维吾尔语', en: 'Uyghur' },
  kaz: { zh: '哈萨克语', en: 'Kazakh' },
};

/** Its name; the code itself where a place speaks what nobody has named here yet. */
export const dialectName = (code: string): DialectName => names[code] ?? { zh: code, en: code };
