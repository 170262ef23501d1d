import { hotlines } from '../library/speech-text.js';

const digitNames = '零一二三四五六七八九';
const places = ['', '十', '百', '千'];
const groups = ['', '万', '亿', '万亿'];
/** Longer numbers are codes, not amounts. */
const longestAmount = 16;

/** 两, not 二, stands before these where the number is just 2. */
const counted =
  /^(?:[多余几]?(?:[百千万亿]|个)|元|块|角|分(?!之)|位|名|人|次|天|年|点|小时|笔|起|件|条|户|台|部|辆|家|套|张|种|类|倍|米|公里|秒|周|岁|成)/u;
/** What makes a number of five digits and more an amount when it follows. */
const measured =
  /^(?:[多余几]?[十百千万亿元块角分年月日号时点秒天周岁人名个位次条件起笔户台部辆家套张种类度层楼栋路线站期级成折倍米]|小时|公里)/u;
const moneyAfter = /^[多余几]?[十百千万亿]?[元块角]/u;
/** After these a number is a code, however short. */
const codeBefore = /(?:尾号|验证码|编号|代码|账号|卡号|号码|电话|热线|专线|拨打|群号|QQ)[是为：:]?$/u;

const digitOf = (character: string | undefined): string => digitNames[Number(character)] ?? '';

/** Digit by digit. */
const digitByDigit = (run: string, one: string): string =>
  [...run].map((character) => (character === '1' ? one : digitOf(character))).join('');

/** Four digits, without the zeros at either end. */
function saySection(section: string): string {
  let said = '';
  let zero = false;
  [...section].forEach((character, index) => {
    if (character === '0') {
      zero = said !== '';
      return;
    }
    said += `${zero ? '零' : ''}${digitOf(character)}${places[section.length - 1 - index] ?? ''}`;
    zero = false;
  });
  return said;
}

/** A whole number in words, as one counts: 28650 两万八千六百五十. Digits only, at most sixteen of them. */
export function sayWhole(digits: string): string {
  const plain = digits.replace(/^0+(?=\d)/, '');
  if (plain === '0') return '零';
  const sections = plain.match(/\d{1,4}(?=(?:\d{4})*$)/g) ?? [];
  let said = '';
  let skipped = false;
  sections.forEach((section, index) => {
    const words = saySection(section);
    if (words === '') {
      skipped = true;
      return;
    }
    const gap = said !== '' && (skipped || section.startsWith('0'));
    said += `${gap ? '零' : ''}${words}${groups[sections.length - 1 - index] ?? ''}`;
    skipped = false;
  });
  // 十五, not 一十五, at the head; 两千, 两万, 两亿 and 两百, but 二十.
  return said.replace(/^一十/, '十').replace(/^二(?=[百千万亿])/, '两');
}

function sayDecimal(run: string, money: boolean): string {
  const [whole = '', fraction = ''] = run.split('.');
  const kept = money ? fraction.replace(/0+$/, '') : fraction;
  if (kept === '') return sayWhole(whole);
  // 二点五: the 两 of counting needs something that is counted right after it.
  return `${sayWhole(whole)}点${digitByDigit(kept, '一')}`;
}

const sayDay = (year: string, month: string, day: string): string =>
  `${digitByDigit(year, '一')}年${sayWhole(month)}月${sayWhole(day)}日`;

const hourOf = (hour: string): string => (Number(hour) === 2 ? '两' : sayWhole(hour));

function sayTime(hour: string, minute: string): string {
  if (minute === '00') return `${hourOf(hour)}点`;
  return `${hourOf(hour)}点${minute.startsWith('0') ? '零' : ''}${sayWhole(minute)}分`;
}

function sayPercent(run: string): string {
  return `百分之${run === '100' ? '百' : sayDecimal(run, false).replace(/^两(?=百)/, '二')}`;
}

interface Around {
  readonly before: string;
  readonly after: string;
  /** How 1 is said in telephone numbers and codes. */
  readonly one: string;
}

function sayRun(run: string, { before, after, one }: Around): string {
  const money = moneyAfter.test(after);
  if (run.includes('.')) {
    const parts = run.split('.');
    // Something like a version or an address: nobody counts it.
    if (parts.length > 2) return parts.map((part) => digitByDigit(part, one)).join('点');
    return sayDecimal(run, money);
  }
  if (run.length === 4 && /^年/.test(after)) return digitByDigit(run, '一');
  if (run.length > 1 && run.startsWith('0')) return digitByDigit(run, one);
  if (run.length > longestAmount) return digitByDigit(run, one);
  if (hotlines.has(run) ? !money && !/^[个人名位次起]/u.test(after) : codeBefore.test(before))
    return digitByDigit(run, one);
  if (run.length >= 5 && !measured.test(after)) return digitByDigit(run, one);
  if (run === '2' && !before.endsWith('第') && counted.test(after)) return '两';
  return sayWhole(run);
}

/**
 * Puts the numbers of a text into the words that a reader would say: amounts counted (28650元 两万八千六百五十元), years,
 * hotlines, telephone and code numbers digit by digit, dates, clock times, percentages. For speech only: on signs digits
 * stay digits. Text without digits comes back as it is. In Mandarin the 1 of a telephone number is 幺, elsewhere 一.
 */
export function sayNumbers(text: string, dialect = 'cmn'): string {
  const one = dialect === 'cmn' ? '幺' : '一';
  const plain = text
    .replace(/[０-９．：％]/g, (form) => String.fromCharCode(form.charCodeAt(0) - 0xfee0))
    .replace(/(?<=\d)[,，](?=\d{3}(?!\d))/g, '')
    .replace(/(\d)\s+(?=[元万亿年月日号点个人%])/gu, '$1');
  return plain
    .replace(/[¥￥]\s*(\d+(?:\.\d+)?[万亿]?)(?!\d)元?/g, '$1元')
    .replace(/(?<!\d)(\d{4})[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])(?!\d)/g, (_, year, month, day) =>
      sayDay(year, month, day),
    )
    .replace(/(?<!\d)0\d{2,3}-\d{7,8}(?!\d)|(?<!\d)[48]00-\d{3,4}-\d{3,4}(?!\d)/g, (phone) =>
      digitByDigit(phone.replaceAll('-', ''), one),
    )
    .replace(/(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])/g, (_, hour, minute) => sayTime(hour, minute))
    .replace(/(\d+(?:\.\d+)?)%/g, (_, run) => sayPercent(run))
    .replace(/(?<=\d)\s*[-~—–～]\s*(?=\d{1,8}(?:\.\d+)?[多余几]?[十百千万亿元块月日年天人个次点岁倍])/gu, '到')
    .replace(/\d+(?:\.\d+)*/g, (run, at: number, whole: string) =>
      sayRun(run, { before: whole.slice(0, at), after: whole.slice(at + run.length), one }),
    );
}
