import { fallbackDialect, type Release } from '@xiaolaba/protocol';
import { foldText } from '../desk/folded-text.js';

/** Stands before every title and sentence that is shown in an exercise. */
export const exerciseMark = '【演练】';

interface Notice {
  readonly before: string;
  readonly after: string;
}

const mandarin: Notice = { before: '现在是演练，现在是演练。', after: '以上是演练，不是真实警情。' };
/** What is said before and after every text of an exercise, in the dialect of the text. */
const notices: Readonly<Record<string, Notice>> = {
  cmn: mandarin,
  yue: { before: '而家系演练，而家系演练。', after: '以上系演练，唔系真嘅警情。' },
  // They are written like Mandarin, and read by whoever records them.
  hak: mandarin,
  gan: mandarin,
  nan: mandarin,
  wuu: mandarin,
  hsn: mandarin,
  cjy: mandarin,
  uig: { before: 'بۇ بىر مەشىق. بۇ بىر مەشىق.', after: 'بۇ پەقەت مەشىق، ھەقىقىي ئەھۋال ئەمەس.' },
  kaz: { before: 'Бұл — жаттығу. Бұл — жаттығу.', after: 'Бұл тек жаттығу, шынайы оқиға емес.' },
};

/** A text as an exercise says it. `undefined` where nobody has written the notice in that dialect: Mandarin stands in. */
export function spokenExercise(dialect: string, text: string): string | undefined {
  const notice = notices[dialect];
  return notice && `${notice.before}${text}${/[。！？!?.]$/u.test(text) ? '' : '。'}${notice.after}`;
}

/** A text without notices and marks of ours: what another gateway made of an exercise comes back as it was written. */
export function withoutNotices(text: string, dialect?: string): string {
  const notice = dialect === undefined ? undefined : notices[dialect];
  const unmarked = text.replaceAll(exerciseMark, '').trim();
  if (!notice || !unmarked.startsWith(notice.before) || !unmarked.endsWith(notice.after)) return unmarked;
  return unmarked.slice(notice.before.length, -notice.after.length);
}

/** Whoever sees only a part of a scrolling text sees the mark: it stands at both ends and between sentences. */
export const shownExercise = (text: string): string =>
  `${exerciseMark}${text
    .split(/(?<=[。！？!?；;])/u)
    .map((sentence) => sentence.trim())
    .filter(Boolean)
    .join(exerciseMark)}${exerciseMark}`;

export const titledExercise = (title: string): string => `${exerciseMark}${title}`;

/** Whether a release says of itself, in everything that it says, that it is an exercise. */
export const saysExercise = ({ title, items }: Pick<Release, 'title' | 'items'>): boolean =>
  title.startsWith(exerciseMark) &&
  items.every(
    ({ title: own, audio, text }) =>
      own.startsWith(exerciseMark) &&
      (text === undefined || (text.startsWith(exerciseMark) && text.endsWith(exerciseMark))) &&
      audio.every(({ dialect, words = '' }) => {
        const notice = notices[dialect] ?? notices[fallbackDialect];
        return notice !== undefined && words.startsWith(notice.before) && words.endsWith(notice.after);
      }),
  );

const exercises = '(?:演练|演習|演习|演練|训练|測試|测试|模拟|模擬|彩排)';
/** Said within an exercise, one of these would take the notice back. */
const denials = [
  new RegExp(`(?:不是|并非|並非|绝非|不算|不属于|唔系|唔係|没有|不再是|非)(?:一次|一场|什么|个|次)?${exercises}`, 'u'),
  new RegExp(`${exercises}(?:已经|已|到此|现在|现已)?(?:取消|结束|結束|作废|中止|完毕|停止|解除)`, 'u'),
  new RegExp(`(?:忽略|无视|别管|不用管|取消|撤销).{0,8}${exercises}`, 'u'),
  /(?:真实|真正|属实|实战|千真万确|是真的|真事)/u,
  /not(?:an?)?(?:exercise|drill|test)|(?:no|isnt|isnot)(?:an?)?(?:exercise|drill)|thisisreal|realalert|realemergency/u,
  /(?:жаттығуемес|мәшқемес|مەشىقئەمەس)/u,
];
const mentions = /演练|演習|演习|演練|exercise|drill|жаттығу|مەشىق/u;

export interface Contradiction {
  readonly code: 'exercise-denied' | 'exercise-mentioned';
  readonly excerpt: string;
}

/**
 * What in a text speaks against its status: an exercise that says that it is none, or an alert that could be taken for
 * one. Invisible signs, gaps and other forms of letters don't hide it. A net, not a promise: approvers read it.
 */
export function contradictionIn(text: string, status: 'actual' | 'exercise'): Contradiction | undefined {
  const plain = foldText(text)
    .text.toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  const patterns = status === 'exercise' ? denials : [mentions];
  for (const pattern of patterns) {
    const [excerpt] = pattern.exec(plain) ?? [];
    if (excerpt !== undefined)
      return { code: status === 'exercise' ? 'exercise-denied' : 'exercise-mentioned', excerpt };
  }
  return;
}

/**
 * A text as it may go on air: without controls, direction marks and strokes over letters, none of which anybody hears or
 * sees as they were meant, and with which a text could hide what stands before it.
 */
export const plainWords = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/\p{Cf}|\p{Variation_Selector}|\p{Co}|\p{Cs}|\p{Me}|(?=\p{Mn})\p{Script=Inherited}/gu, '')
    .replace(/(?:\s|\p{Cc}|\p{Z}|\u2800|\u3164|\uffa0|\u115f|\u1160)+/gu, ' ')
    .trim();
