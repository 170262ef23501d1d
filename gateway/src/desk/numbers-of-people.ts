import type { NumberRun } from './number-runs.js';

export type NumberKind = 'id-number' | 'phone-number' | 'bank-card' | 'long-number' | 'unknown-number';

/** Hotlines of authorities and carriers that a warning may name. */
const hotlines: ReadonlySet<string> = new Set(
  '110 114 119 120 122 999 10000 10010 10086 10099 12110 12121 12309 12315 12321 12337 12345 12348 12350 12378 12381 12388 95188 95588 95533 95599 95566 95555 96110 96102110'.split(
    ' ',
  ),
);
const idWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** GB 11643: the eighteenth character is ISO 7064 MOD 11-2 over the first seventeen. */
export function isIdNumber(text: string): boolean {
  if (!/^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/.test(text)) return false;
  const sum = idWeights.reduce((total, weight, index) => total + weight * Number(text[index]), 0);
  return '10X98765432'[sum % 11] === text[17];
}

/** As numbers were until 1999: no century, no check digit. */
const isOldIdNumber = (text: string): boolean =>
  /^[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}$/.test(text);

/** ISO/IEC 7812: the Luhn sum of a card number is a multiple of ten. */
export function isCardNumber(digits: string): boolean {
  if (!/^[3-9]\d{11,18}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const isMobile = (digits: string): boolean => /^(?:0086|86|0)?1[3-9]\d{9}$/.test(digits);
/** Area codes of the mainland: 010, 02x, and 03xx to 09xx. */
const isLandline = (digits: string): boolean => /^(?:0086|86)?0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}$/.test(digits);
const amountAfter = /^\s*(?:[多余几]?\s*[十百千万亿]?\s*(?:元|块)|[多余几]?[万亿]|%|％)/u;
const callBefore = /(?:电话|手机|号码|座机|联系|拨打|致电|来电|短信|☎|📞)[^，。；]{0,4}$/u;

/** What a number is, if it is one that must not be aired; nothing for amounts, days and hotlines. */
export function numberKind(run: NumberRun): NumberKind | undefined {
  const { digits, after, before } = run;
  if (hotlines.has(digits)) return undefined;
  const whole = digits.length === 17 && /^\s?[xX×✕Χ]/u.test(after) ? `${digits}X` : digits;
  if (isIdNumber(whole)) return 'id-number';
  if (isMobile(digits)) return 'phone-number';
  if (digits.length === 15 && isOldIdNumber(digits)) return 'id-number';
  if (isLandline(digits)) return 'phone-number';
  if (isCardNumber(digits)) return 'bank-card';
  // A mobile number between other digits that were put there to hide it.
  if (digits.length > 11 && digits.length < 18 && /1[3-9]\d{9}/.test(digits)) return 'phone-number';
  if (digits.length >= 11) return 'long-number';
  if (amountAfter.test(after)) return undefined;
  if (/^[2-8]\d{6,7}$/.test(digits) && callBefore.test(before)) return 'phone-number';
  return digits.length >= 7 ? 'unknown-number' : undefined;
}
