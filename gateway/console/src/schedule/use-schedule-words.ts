import type { CueView } from '@xiaolaba/gateway/contract';
import { useWords } from '../shell/words.js';
import { type Block, clockOf, type DaySet, minutesInDay, type Weekday } from './week-blocks.js';
import { durationOf } from './window-edit.js';

/** Times, days and cadences as people say them. */
export const useScheduleWords = () => {
  const words = useWords();
  const { t, listed } = words;
  const weekday = (one: Weekday): string => t(`drafts.daySet.${one}`);
  const days = (set: DaySet): string =>
    typeof set === 'string' ? t(`drafts.daySet.${set}`) : listed(set.map(weekday));
  const pace = (one: CueView['pace']): string => {
    switch (one.kind) {
      case 'triggered':
        return t(`drafts.cue.on.${one.on}`);
      case 'every': {
        const text = durationOf(one.seconds);
        const unit = text.slice(-1) as 's' | 'm' | 'h';
        return t('drafts.cue.every', { n: t(`drafts.unit.${unit}`, { n: Number.parseInt(text, 10) }) });
      }
      default:
        return t(`drafts.cue.${one.kind}`);
    }
  };
  /** The end of a block; one on the next day says so. */
  const end = (to: number): string =>
    to > minutesInDay ? t('schedule.crossing', { time: clockOf(to) }) : clockOf(to, true);
  const times = ({ from, to }: Pick<Block, 'from' | 'to'>): string => `${clockOf(from)}–${end(to)}`;
  return { ...words, weekday, days, pace, end, times };
};
