import { foldText } from './folded-text.js';
import { numberRuns } from './number-runs.js';
import { type NumberKind, numberKind } from './numbers-of-people.js';
import { findNames } from './personal-names.js';

export const privacyCodes = [
  'personal-name',
  'id-number',
  'phone-number',
  'bank-card',
  'long-number',
  'unknown-number',
  'licence-plate',
  'door-number',
  'building-number',
  'account-name',
  'email-address',
  'exact-age',
] as const;
export type PrivacyCode = (typeof privacyCodes)[number];

/** Something in a text that could tell who was cheated. */
export interface PrivacyFinding {
  readonly code: PrivacyCode;
  /** A warning is for a person to judge; an error keeps the text from being aired. */
  readonly severity: 'error' | 'warning';
  /** In the text as it was given, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly excerpt: string;
}

/** Provinces' short names, then the letter of the place; new-energy plates have one place more (GA 36-2018). */
const plate =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][ ]?[A-HJ-NP-Z][ ·•.-]*(?:[A-HJ-NP-Z0-9][ ·•.-]?){4}(?:[A-HJ-NP-Z0-9]{2}|[A-HJ-NP-Z0-9挂学警港澳])(?![A-Za-z0-9])/giu;
const n = '[0-9零〇一二三四五六七八九十百两A-Za-z]';
const digits = '[0-9零〇一二三四五六七八九十百]';
const doors = [
  `${n}{1,4} ?(?:栋|幢|座|号楼|#楼|号院)[ ,，-]*(?:${n}{1,3} ?(?:单元|门|梯)[ ,，-]*)?(?:${digits}{1,3} ?(?:楼|层)[ ,，-]*)?${digits}{2,5} ?(?:室|房|号|户)?(?![元万%个名人年月日天楼层单多余])`,
  `${n}{1,3} ?单元[ ,，-]*(?:${digits}{1,3} ?(?:楼|层)[ ,，-]*)?${digits}{2,5}(?![元万%个名人年月日天])`,
  `${digits}{3,5} ?(?:室|号房)`,
  `门牌号?[ :：是为]*${n}{1,6}`,
  `(?:路|街|巷|弄|胡同|大道|里|组|屯)[ ]?${digits}{1,5} ?号(?!线|公交|楼)`,
  `${digits}{1,3} ?组 ?${digits}{1,4} ?号`,
  `(?<![0-9-])[0-9]{1,2}-[0-9]{1,2}-[0-9]{3,4}(?![0-9-])`,
].map((pattern) => new RegExp(pattern, 'gu'));
const building = new RegExp(`${n}{1,4} ?(?:栋|幢|号楼|单元)|(?<![讲银高举入在])[A-Za-z0-9]{1,2}座`, 'gu');
const account =
  /(?:(?:微信|薇信|威信|v信|vx|wx|wechat|weixin)(?:号|账号|id)?[ :：是为]*[a-z][a-z0-9_-]{5,19}|(?:微信|薇信|vx|wx)(?:号|账号)[ :：是为]*[a-z0-9_-]{5,20}|(?:qq|扣扣|企鹅)(?:号|群|账号)?[ :：是为]*[1-9][0-9 -]{4,13}|(?:支付宝|抖音|快手|小红书|陌陌|telegram|whatsapp)(?:号|账号|id)[ :：是为]*[a-z0-9_.+@-]{4,30})/giu;
const email = /[\w.+-]{1,64} ?(?:@|\(at\)|\[at\]) ?[a-z0-9-]{1,63}(?: ?\. ?[a-z0-9-]{2,63}){1,4}/giu;
const age = new RegExp(
  `(?:年龄[ :：]*${digits}{1,3}|(?<![${'0-9'}])${digits}{1,3} ?(?:周岁|岁)(?!以上|以下|至|到))`,
  'gu',
);

const warned: ReadonlySet<PrivacyCode> = new Set(['unknown-number', 'building-number', 'exact-age']);

/**
 * Looks for what could tell who was cheated. Full-width forms, other scripts' digits, Chinese numerals, gaps and invisible
 * signs do not hide it. Numbers are found for certain; names only where names stand (see `findNames`), and a number that
 * is spelt out with 百 and 千 is taken for an amount. It is a net, not a promise: an approver reads the text all the same.
 */
export function findPrivate(original: string): PrivacyFinding[] {
  const folded = foldText(original);
  const found: { code: PrivacyCode; from: number; to: number }[] = [];
  const taken = new Uint8Array(folded.text.length);
  const add = (code: PrivacyCode, from: number, to: number) => {
    if (taken.subarray(from, to).includes(1)) return;
    taken.fill(1, from, to);
    found.push({ code, from, to });
  };
  const all = (code: PrivacyCode, pattern: RegExp, fits: (text: string) => boolean = () => true) => {
    for (const match of folded.text.matchAll(pattern))
      if (fits(match[0])) add(code, match.index, match.index + match[0].length);
  };
  all('email-address', email);
  all('account-name', account);
  // Without digits it is a word: 新A股.
  all('licence-plate', plate, (text) => (text.match(/[0-9]/g) ?? []).length >= 2);
  const runs = numberRuns(folded.text).flatMap((run) => {
    const kind = numberKind(run);
    // An X in the eighteenth place belongs to the number.
    const more = kind === 'id-number' && run.digits.length === 17 ? run.after.search(/\S/) + 1 : 0;
    return kind ? [{ ...run, to: run.to + more, kind }] : [];
  });
  const long = (kind: NumberKind) => kind !== 'unknown-number';
  for (const run of runs) if (long(run.kind)) add(run.kind, run.from, run.to);
  for (const pattern of doors) all('door-number', pattern);
  all('building-number', building);
  for (const run of runs) add(run.kind, run.from, run.to);
  for (const { from, to } of findNames(folded.text)) add('personal-name', from, to);
  all('exact-age', age);
  return found
    .sort((a, b) => a.from - b.from)
    .map(({ code, from, to }) => {
      const { start, end } = folded.span(from, to);
      return {
        code,
        severity: warned.has(code) ? 'warning' : 'error',
        start,
        end,
        excerpt: original.slice(start, end),
      };
    });
}
