import { addDays } from '@xiaolaba/protocol';
import type { BulletinTemplate, Problems, Site } from '../content/index.js';
import { checkPrivacy } from './check-draft.js';
import { foldText } from './folded-text.js';
import { mayBeName } from './personal-names.js';
import { sayNumbers } from './spoken-numbers.js';

/** Where a bulletin speaks of: the place itself, or one nearby. */
export type Near = 'here' | 'nearby';

/** What a field may hold at most, characters. */
const longestField = 40;
const largestAmount = 10_000_000_000;
/** Braces would be filled in, brackets and backslashes are commands to synthesisers and signs, the rest is markup. */
const symbols = /[{}[\]<>\\|^~`#*_=@$\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Surrogate}\p{Extended_Pictographic}]/gu;

/** A field as it goes into the text; nothing where it is wrong, and then the problems say why. */
function valueFor(
  { id, kind }: BulletinTemplate['fields'][number],
  given: string | undefined,
  file: string,
  today: string,
  problems: Problems,
): string | undefined {
  const where = { field: `fields.${id}` };
  const text = (given ?? '').trim();
  if (text === '') {
    problems.error(file, 'field-missing', {}, where);
    return undefined;
  }
  if (kind === 'date')
    return dayText(foldText(text).text, today) ?? void problems.error(file, 'bulletin-date', {}, where);
  if (kind === 'money') return moneyText(foldText(text).text) ?? void problems.error(file, 'bulletin-money', {}, where);
  const found = [...new Set(text.match(symbols) ?? [])];
  if (found.length > 0 || /^[=+\-@']/.test(text)) {
    const characters = (found.length > 0 ? found : [text[0] ?? '']).map((one) => shown(one)).join(' ');
    problems.error(file, 'bulletin-symbols', { characters }, where);
    return undefined;
  }
  if ([...text].length > longestField) {
    problems.error(file, 'bulletin-long', { limit: longestField }, where);
    return undefined;
  }
  const before = problems.list.length;
  checkPrivacy(file, where.field, text, problems);
  if (mayBeName(text)) problems.warning(file, 'name-possible', { excerpt: text }, where);
  return problems.list.slice(before).some(({ severity }) => severity === 'error') ? undefined : text.normalize('NFC');
}

/** A character that can't be seen is told by its number. */
const shown = (character: string): string =>
  /[\p{C}]/u.test(character)
    ? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    : character;

/** 11月21日; the year only where it is not this one. */
function dayText(text: string, today: string): string | undefined {
  const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text) ?? /^()(\d{1,2})月(\d{1,2})日$/.exec(text);
  if (!match) return undefined;
  const [, year, month = '', date = ''] = match;
  const on = (inYear: string) => `${inYear}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  const thisYear = today.slice(0, 4);
  const lastYear = String(Number(thisYear) - 1);
  // Said without its year in January, 12月31日 was last year's.
  const day = on(year || (on(thisYear) <= today ? thisYear : lastYear));
  const real = !Number.isNaN(Date.parse(`${day}T00:00:00Z`)) && addDays(day, 0) === day;
  if (!real || day > today || day < addDays(today, -366)) return undefined;
  return `${day.startsWith(thisYear) ? '' : `${day.slice(0, 4)}年`}${Number(month)}月${Number(date)}日`;
}

function moneyText(text: string): string | undefined {
  const plain = text
    .replace(/^[¥￥]/, '')
    .replace(/元$/, '')
    .replace(/(?<=\d),(?=\d{3}(?!\d))/g, '')
    .trim();
  const match = /^(\d{1,11}(?:\.\d{1,4})?)(万?)$/.exec(plain);
  if (!match) return undefined;
  const [, digits = '', unit = ''] = match;
  const amount = Number(digits) * (unit === '' ? 1 : 10_000);
  if (unit === '' && /\.\d{3}/.test(digits)) return undefined;
  return amount > 0 && amount <= largestAmount ? `${digits.replace(/^0+(?=\d)/, '')}${unit}` : undefined;
}

/** The template's fields as they go into the text, or nothing where one of them is wrong. */
export function fieldValues(
  template: BulletinTemplate,
  given: Readonly<Record<string, string>>,
  file: string,
  today: string,
  problems: Problems,
): Readonly<Record<string, string>> | undefined {
  const known = new Set(template.fields.map(({ id }) => id));
  const unknown = Object.keys(given).filter((id) => !known.has(id));
  if (unknown.length > 0) problems.error(file, 'field-unknown', { names: unknown.join(', ') }, { field: 'fields' });
  const values = template.fields.map((field) => [field.id, valueFor(field, given[field.id], file, today, problems)]);
  if (unknown.length > 0 || values.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(values) as Record<string, string>;
}

const here: Readonly<Partial<Record<Site['kind'], string>>> = { village: '本村' };

/** The text as signs show it, with what is filled in for each place still open. */
export function displayText(
  template: BulletinTemplate,
  values: Readonly<Record<string, string>>,
  kind: Site['kind'],
  near: Near,
): string {
  const place = near === 'nearby' ? '附近' : (here[kind] ?? '本小区');
  const text = template.text.replace(/本小区|本村/g, place);
  const filled = text.replace(/\{([a-z_]+)\}/g, (whole, id: string) => values[id] ?? whole);
  return `${filled}${/[。！？!?：:，,；;]$/.test(filled) ? '' : '。'}${template.advice}`;
}

/** Dialects whose voices read Chinese characters. */
export const readsChinese: ReadonlySet<string> = new Set(['cmn', 'yue']);

export const speechOf = (display: string, dialect: string): string => sayNumbers(display, dialect);

/** About four characters a second. */
export const spokenSeconds = (text: string): number => Math.ceil((text.match(/[\p{L}\p{N}]/gu) ?? []).length / 4);
