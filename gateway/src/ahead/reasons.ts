import type { DropReason } from '@xiaolaba/protocol';
import { dialectName } from '../dialect-names.js';

export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** Why something does not play, in words; `{by}` is what goes first. */
const sentences: Readonly<Record<DropReason, Sentence>> = {
  'quiet-hours': { zh: '正在静音时段，不播放声音。', en: 'It falls into quiet hours, when no sound plays.' },
  'higher-priority': {
    zh: '优先级更高的“{by}”占用了这段时间。',
    en: '“{by}” has the higher priority and takes its time.',
  },
  'equal-priority': {
    zh: '同一优先级的“{by}”排在前面，等候超过五分钟。',
    en: '“{by}” has the same priority and comes first; its turn would be more than five minutes late.',
  },
  'window-end': { zh: '窗口太短，结束前播不完。', en: 'Its window is too short: it would not end in time.' },
  'day-end': { zh: '过了零点才能播完，当天不播。', en: 'It would run past midnight.' },
  'not-in-force': { zh: '不在发布单的起止时间内。', en: 'Its release is not in force then.' },
  'no-audio': { zh: '这类终端没有可播的音频。', en: 'There is no audio that this kind of device can play.' },
  'no-text': { zh: '没有可显示的文字。', en: 'There is no text to show.' },
};

export function reasonText(reason: DropReason, by = ''): Sentence {
  const { zh, en } = sentences[reason];
  return { zh: zh.replace('{by}', by), en: en.replace('{by}', by) };
}

/** What an editor is told of a draft as a whole; `{zh}` and `{en}` carry a reason in words. */
const checks = {
  'audience-empty': { zh: '没有任何点位符合受众条件。', en: 'No place fits the audience.' },
  'no-device': {
    zh: '受众点位上没有这类终端，播不出来。',
    en: 'There is no device of these kinds at the places of the audience.',
  },
  'cue-never': { zh: '播放安排“{cue}”一次也播不出：{zh}', en: 'Cue “{cue}” never airs: {en}' },
  'cue-not-then': { zh: '播放安排“{cue}”在这些天没有播出时间。', en: 'Cue “{cue}” has no time on these days.' },
  'volume-zero': {
    zh: '播放安排“{cue}”在这些点位音量上限为 0，听不到。',
    en: 'Cue “{cue}” has a volume cap of 0 at these places: nobody hears it.',
  },
  'no-voice': {
    zh: '{dialect}没有录音也没有合成音，由其他版本代播。',
    en: 'There is neither recording nor voice in {dialect}; another version stands in.',
  },
} as const satisfies Readonly<Record<string, Sentence>>;
export type CheckCode = keyof typeof checks;

export function checkText(code: CheckCode, words: Readonly<Record<string, string>>): Sentence {
  const fill = (language: 'zh' | 'en') =>
    checks[code][language].replace(/\{([a-z]+)\}/g, (_, name: string) => {
      const word = words[name] ?? '';
      return name === 'dialect' ? dialectName(word)[language] : word;
    });
  return { zh: fill('zh'), en: fill('en') };
}
