import type { Trouble } from './predict.js';

interface Sentence {
  readonly zh: string;
  readonly en: string;
}

type Reason = Trouble | 'no-device' | 'not-enrolled' | 'revoked';

/** Why a place would stay uncovered; `{devices}` are those whose state is the reason. */
const reasons: Readonly<Record<Reason, Sentence>> = {
  'no-device': { zh: '点位上没有能播的终端。', en: 'There is no device at this place that could play it.' },
  'not-enrolled': { zh: '终端还没有登记入网：{devices}', en: 'The device has not been enrolled: {devices}' },
  revoked: { zh: '终端已停用：{devices}', en: 'The device has been shut out: {devices}' },
  stopped: { zh: '停播令仍然有效，不会播出。', en: 'A stop order holds there: nothing will play.' },
  offline: {
    zh: '终端现在离线，可能没有通电：{devices}',
    en: 'The device is off line now, maybe without power: {devices}',
  },
  'not-delivered': {
    zh: '终端还没有收到要播的内容：{devices}',
    en: 'The device has not received what it is to play: {devices}',
  },
  silent: {
    zh: '终端上次播放时传感器没有听到声音，或屏幕没有显示：{devices}',
    en: 'When it last played, nothing was heard or shown: {devices}',
  },
  clock: { zh: '终端的时钟不准：{devices}', en: "The device's clock can not be trusted: {devices}" },
  'bad-file': { zh: '终端上的文件已损坏：{devices}', en: 'A file on the device is spoilt: {devices}' },
  'no-permission': {
    zh: '点位自己的设置不允许播放：{devices}',
    en: 'What the place itself allows rules it out: {devices}',
  },
  'pre-empted': { zh: '近来常被本地话筒或别的内容占用。', en: 'Of late it was often pre-empted.' },
  'no-visit': { zh: '近来常常没有车辆到站。', en: 'Of late vehicles often did not call there.' },
  unknown: { zh: '近来常有漏播，原因不明。', en: 'Of late much was missed there; why is not known.' },
};

/** Of many devices, the first few are named. */
const named = 3;

export function reasonWords(reason: Reason, devices: readonly string[]): Sentence {
  const some = devices.slice(0, named);
  const more = devices.length > named;
  const zh = some.join('、') + (more ? `等 ${devices.length} 台` : '');
  const en = some.join(', ') + (more ? ` and ${devices.length - named} more` : '');
  return {
    zh: reasons[reason].zh.replace('{devices}', zh).replace(/：$/, '。'),
    en: reasons[reason].en.replace('{devices}', en).replace(/: $/, '.'),
  };
}

export const noteWords = {
  'no-history': {
    zh: '还没有播出记录，预测只是一般估计。',
    en: 'Nothing has been recorded yet: the prediction is a general guess.',
  },
  'little-history': {
    zh: '可参考的天数不多，预测误差会较大。',
    en: 'There are few days to learn from: the prediction may be far off.',
  },
  'unlocks-estimated': {
    zh: '单车开锁次数无法预知，按近几天的平均数估计。',
    en: 'How often bikes will be unlocked is not known ahead: it is the mean of recent days.',
  },
  'unlocks-unknown': {
    zh: '单车开锁还没有记录，未计入预测。',
    en: 'No unlocking has been recorded yet: bikes are left out.',
  },
} as const satisfies Readonly<Record<string, Sentence>>;
