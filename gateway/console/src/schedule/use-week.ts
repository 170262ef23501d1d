import type { ScheduleWeek } from '@xiaolaba/gateway/contract';
import { shallowRef, watch } from 'vue';
import { type Trouble, troubleOf } from '../api/client.js';
import type { ScheduleApi } from './schedule-api.js';

/** The week that is open; the one before stays until the next has come. */
export const useWeek = (api: Pick<ScheduleApi, 'week'>, day: () => string) => {
  const week = shallowRef<ScheduleWeek>();
  const trouble = shallowRef<Trouble>();
  let asked: AbortController | undefined;
  const read = async (): Promise<void> => {
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    trouble.value = undefined;
    try {
      const found = await api.week(day(), mine.signal);
      if (!mine.signal.aborted) week.value = found;
    } catch (error) {
      if (!mine.signal.aborted) trouble.value = troubleOf(error);
    }
  };
  watch(day, () => void read(), { immediate: true });
  return { week, trouble, read };
};
