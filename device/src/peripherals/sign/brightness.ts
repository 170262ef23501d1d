import { minutesOf } from '@xiaolaba/protocol';
import type { BrightnessConfig } from '../../config/config.js';
import type { LocalTime } from './local-time.js';

/** Per cent. A sign whose device knows no time is as bright as by day: better glaring than not to be read. */
export function brightnessAt(config: BrightnessConfig, time: LocalTime | undefined): number {
  if (time === undefined) return config.day;
  const now = time.hour * 60 + time.minute;
  const [from, to] = [minutesOf(config.dayFrom), minutesOf(config.nightFrom)];
  const isDay = from <= to ? now >= from && now < to : now >= from || now < to;
  return isDay ? config.day : config.night;
}
