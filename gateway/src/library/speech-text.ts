/** Text as a synthesiser should be given it, for one dialect (ISO 639-3). */
export function prepareSpeechText(text: string, dialect: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .replace(invisible, '')
    // Full-width letters and digits are the same words; the synthesiser knows only the half-width ones.
    .replace(/[！-～]/g, (form) => (/[Ａ-Ｚａ-ｚ０-９％．：]/.test(form) ? half(form) : form))
    // Brackets may carry phoneme codes and tags may carry markup: neither is anything to say.
    .replace(/[[\]<>{}|\\^~`#*_=]/g, ' ')
    .replace(/(?<=\d)[,，](?=\d{3}(?!\d))/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const worded = sinitic.has(dialect) ? wordSigns(plain) : plain;
  return worded.replace(/\d+(?:[.:]\d+)*/g, (run, at: number) => sayNumber(run, worded, at, dialect));
}

// Controls, joiners, direction marks, variation selectors.
const invisible = /\p{Cf}|\p{Cc}|\p{Variation_Selector}/gu;
const half = (form: string): string => String.fromCharCode(form.charCodeAt(0) - 0xfee0);

const hanDigits = '零一二三四五六七八九';
const sinitic: ReadonlySet<string> = new Set(['cmn', 'yue']);
/** Numbers that everybody reads out digit by digit although they are short. */
export const hotlines: ReadonlySet<string> = new Set(
  '110 114 119 120 122 999 10000 10010 10086 12110 12315 12345 12381 96110'.split(' '),
);
const money = /^\s*[十百千万亿]?[元块角分]/u;
/** What makes a number an amount when it follows. */
const measures =
  /^\s*(?:[多余几]?[十百千万亿元块角分年月日号时点秒天周岁人名个位次条件起笔户台部辆家套张种类度层楼栋路线站折倍米]|%|％|小时|公里|теңге|мың|адам|يۈەن|كىشى)/u;

/** Signs and clock times in the words that a reader would use; the voice says them in English or not at all. */
const wordSigns = (text: string): string =>
  text
    .replace(/(\d+(?:\.\d+)?)\s*[%％]/g, '百分之$1')
    .replace(/[¥￥]\s*(\d+(?:\.\d+)?)(?!\s*元)/g, '$1元')
    .replace(/[¥￥]/g, '')
    .replace(/(?<![\d:])(\d{1,2}):([0-5]\d)(?![\d:])/g, (_, hour: string, minute: string) => {
      const rest = minute === '00' ? '' : `${minute.startsWith('0') ? '零' : ''}${Number(minute)}分`;
      return `${Number(hour)}点${rest}`;
    });

/**
 * Amounts stay as they are (5000元). Hotlines, telephone and code numbers are read digit by digit, in Mandarin with
 * the 幺 of telephone numbers; years digit by digit with 一.
 */
function sayNumber(run: string, text: string, at: number, dialect: string): string {
  if (/[.:]/.test(run)) return run;
  const rest = text.slice(at + run.length);
  if (sinitic.has(dialect) && run.length === 4 && /^\s*年/.test(rest)) return digits(run, dialect, '一');
  const amount = hotlines.has(run) ? money.test(rest) : measures.test(rest);
  if (amount && !run.startsWith('0')) return run;
  const isCode = hotlines.has(run) || run.length >= 5 || (run.length > 1 && run.startsWith('0'));
  return isCode ? digits(run, dialect, dialect === 'cmn' ? '幺' : '一') : run;
}

function digits(run: string, dialect: string, one: string): string {
  if (!sinitic.has(dialect)) return [...run].join(' ');
  return [...run].map((digit) => (digit === '1' ? one : (hanDigits[Number(digit)] ?? digit))).join('');
}

/**
 * The parts of a text whose pronunciation has to be looked at one by one: each different Chinese character, and each
 * different word or sign of anything else.
 */
export function speechTokens(text: string): string[] {
  const found = text.match(/\p{Script=Han}|\d+(?:[.:]\d+)*%?|(?:(?!\p{Script=Han})[\p{L}\p{M}'’])+|\p{S}/gu) ?? [];
  return [...new Set(found)];
}

/**
 * Whether phoneme codes (espeak-ng `-x`) mean that a token was really spoken. A change of language stands in
 * parentheses: letters read out in English, or the notice that this is a "Chinese letter". A Chinese character that
 * has no reading comes out as its code point, so anything but one syllable is a failure.
 */
export function isSpoken(token: string, phonemes: string): boolean {
  if (/[()]/.test(phonemes) || !/\p{L}|@|&/u.test(phonemes)) return false;
  if (!/^\p{Script=Han}$/u.test(token)) return true;
  return (phonemes.match(/\d+/g) ?? []).length === 1 && (phonemes.match(/_\|/g) ?? []).length === 1;
}
