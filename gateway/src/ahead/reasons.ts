import type { DropReason } from '@xiaolaba/protocol';

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
