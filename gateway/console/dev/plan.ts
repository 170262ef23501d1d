import type { DistrictView, SlotView } from '@xiaolaba/gateway/contract';

/** What one place has on its plan, and how it fares: enough to draw every state of the page. */
export interface PlannedCue {
  readonly campaign: string;
  readonly item: string;
  readonly output: SlotView['output'];
  readonly triggered: boolean;
  readonly seconds: number;
  /** Local minutes of the day. */
  readonly from: number;
  readonly to: number;
  readonly every: number;
  readonly text: string;
}

export interface Fate {
  readonly cause?: NonNullable<SlotView['cause']>;
  readonly evidence: NonNullable<SlotView['evidence']>;
  /** Local minutes between which it plays nothing, or not wholly. */
  readonly from: number;
  readonly to: number;
  readonly partly: boolean;
}

const hour = 60;
const jingle = '网络刷单全是骗，盲目相信钱不见。网络汇款需谨慎，不听不信不转账。';
const digest = '反诈提醒：本周刷单返利骗局高发，先充值、后返现的都是诈骗。遇事请拨打 96110。';

const cue = (campaign: string, item: string, text: string, rest: Omit<PlannedCue, 'campaign' | 'item' | 'text'>) => ({
  campaign,
  item,
  text,
  ...rest,
});
const spoken = { output: 'audio', triggered: false } as const;
const scrolled = { output: 'text', triggered: false } as const;

export const cuesOf = (kind: DistrictView['sites'][number]['kind'] | 'route' | 'fleet'): readonly PlannedCue[] => {
  switch (kind) {
    case 'estate':
      return [
        cue('weekly-digest', '刷单返利', digest, { ...spoken, seconds: 52, from: 7 * hour, to: 9 * hour, every: 10 }),
        cue('booth-ticker', '滚动提醒', jingle, { ...scrolled, seconds: 60, from: 7 * hour, to: 20 * hour, every: 30 }),
      ];
    case 'stop':
      return [
        cue('bus-jingle', '到站提醒', jingle, {
          output: 'audio',
          triggered: true,
          seconds: 18,
          from: 6 * hour,
          to: 20 * hour,
          every: 60,
        }),
      ];
    case 'village':
      return [
        cue('village-noon', '午间广播', digest, {
          ...spoken,
          seconds: 90,
          from: 12 * hour,
          to: 13 * hour,
          every: 15,
        }),
        cue('village-noon', '傍晚广播', jingle, {
          ...spoken,
          seconds: 90,
          from: 18 * hour,
          to: 19 * hour,
          every: 15,
        }),
      ];
    case 'booth':
      return [
        cue('booth-ticker', '滚动提醒', jingle, { ...scrolled, seconds: 120, from: 7 * hour, to: 21 * hour, every: 5 }),
      ];
    case 'parking':
      return [
        cue('bike-unlock', '开锁提醒', '开锁成功！网络刷单全是骗，盲目相信钱不见。', {
          output: 'audio',
          triggered: true,
          seconds: 6,
          from: 7 * hour,
          to: 21 * hour,
          every: 120,
        }),
      ];
    case 'square':
      return [
        cue('square-evening', '晚间播报', digest, {
          ...spoken,
          seconds: 60,
          from: 19 * hour,
          to: 21 * hour,
          every: 20,
        }),
      ];
    case 'route':
      return [
        cue('bus-jingle', '顺口溜', jingle, { ...spoken, seconds: 25, from: 6 * hour, to: 20 * hour, every: 15 }),
        cue('booth-ticker', '车内字幕', jingle, { ...scrolled, seconds: 90, from: 6 * hour, to: 20 * hour, every: 20 }),
      ];
    case 'fleet':
      return [
        cue('bike-unlock', '开锁提醒', jingle, {
          output: 'audio',
          triggered: true,
          seconds: 6,
          from: 7 * hour,
          to: 21 * hour,
          every: 60,
        }),
      ];
  }
};

/** A stable number in 0 to 1 from any words. */
export const chance = (...words: (string | number)[]): number => {
  let hash = 2166136261;
  for (const char of words.join('/')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
};

const faults = ['offline', 'silent', 'not-delivered', 'clock', 'bad-file', 'offline', 'silent', 'pre-empted'] as const;

export const fateOf = (place: string, day: string): Fate => {
  const luck = chance(place, day, 'luck');
  const evidence = chance(place, 'sensor') < 0.68 ? 'heard' : 'claimed';
  if (luck > 0.075) return { evidence, from: 0, to: 0, partly: false };
  const from = luck < 0.03 ? 0 : 7 * hour + Math.floor(chance(place, day, 'from') * 5 * hour);
  const cause = faults[Math.floor(chance(place, day, 'cause') * faults.length)] ?? 'offline';
  const partly = luck > 0.06;
  return {
    cause: place.startsWith('site/stop') || place.startsWith('site/parking') ? 'no-visit' : cause,
    evidence: cause === 'silent' && !partly ? 'contradicted' : evidence,
    from,
    to: luck < 0.05 ? 24 * hour : from + 2 * hour,
    partly,
  };
};
