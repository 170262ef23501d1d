import { clockOf, dayOf } from '@xiaolaba/protocol';

/** Calendar time at the sign's place. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 1 is Monday, 7 is Sunday. */
  readonly weekday: number;
}

/** `undefined` while the device can't trust its clock. */
export type LocalClock = () => LocalTime | undefined;

/** @param instant milliseconds since the epoch @param zone IANA name */
export function localTimeAt(instant: number, zone: string): LocalTime {
  const date = dayOf(instant, zone);
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const [hour = 0, minute = 0, second = 0] = clockOf(instant, zone).split(':').map(Number);
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
  return { year, month, day, hour, minute, second, weekday };
}

/** Comparable with any other in the same zone, in milliseconds. */
export const countedTime = (time: Omit<LocalTime, 'weekday'>): number =>
  Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
