import type { Preview } from '@xiaolaba/gateway/contract';
import { useWords } from '../shell/words.js';

type DayKind = Preview['dayKind'];

/** What sort of day it is, in a word or two; the telling one first. */
export const useDayKind = () => {
  const { t } = useWords();
  const kind = ({ known, holiday, makeupWorkday, workday, schoolDay }: DayKind): string[] => [
    holiday ?? t(makeupWorkday ? 'dayKind.makeup' : workday ? 'dayKind.workday' : 'dayKind.rest'),
    ...(schoolDay ? [t('dayKind.school')] : []),
    ...(known ? [] : [t('dayKind.holidayUnknown')]),
  ];
  return { kind };
};
/** Whether people are off: such days are marked in a row of days. */
export const isOff = ({ workday }: DayKind): boolean => !workday;
