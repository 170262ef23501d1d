/** The card's calendar time: binary-coded decimals, the year as a little-endian word. */
import { z } from 'zod';

export const clockSchema = z.strictObject({
  year: z.int().min(0).max(9999),
  /** Set where the sender wrote the year's high byte first, against the protocol. */
  yearHighByteFirst: z.literal(true).optional(),
  month: z.int().min(1).max(12),
  day: z.int().min(1).max(31),
  hour: z.int().min(0).max(23),
  minute: z.int().min(0).max(59),
  second: z.int().min(0).max(59),
  /** 1 is Monday, 7 is Sunday; 0 where the sender left it out. */
  weekday: z.int().min(0).max(7),
});
export type Clock = z.infer<typeof clockSchema>;

/** A status answer has the weekday between day and hour, a clock command has it last. */
export type ClockOrder = 'command' | 'status';

const decimal = (value: number): number =>
  value >> 4 > 9 || (value & 15) > 9 ? Number.NaN : (value >> 4) * 10 + (value & 15);
const coded = (value: number): number => ((Math.floor(value / 10) % 10) << 4) | (value % 10);
const thisCentury = (year: number): boolean => year >= 2000 && year < 2100;

/** Undefined where the eight bytes are no time. */
export function readClock(bytes: Uint8Array, order: ClockOrder): Clock | undefined {
  const [low = 0, high = 0, month = 0, day = 0, ...tail] = [...bytes].map(decimal);
  const [a = 0, b = 0, c = 0, d = 0] = tail;
  const [hour, minute, second, weekday] = order === 'command' ? [a, b, c, d] : [b, c, d, a];
  const year = high * 100 + low;
  const turned = !thisCentury(year) && thisCentury(low * 100 + high);
  const found = clockSchema.safeParse({
    year: turned ? low * 100 + high : year,
    ...(turned && { yearHighByteFirst: true }),
    month,
    day,
    hour,
    minute,
    second,
    weekday,
  });
  return bytes.length === 8 && found.success ? found.data : undefined;
}

export function writeClock(clock: Clock, order: ClockOrder): number[] {
  const year = [coded(clock.year % 100), coded(Math.floor(clock.year / 100))];
  const time = [clock.hour, clock.minute, clock.second].map(coded);
  return [
    ...(clock.yearHighByteFirst ? year.reverse() : year),
    coded(clock.month),
    coded(clock.day),
    ...(order === 'command' ? [...time, clock.weekday] : [clock.weekday, ...time]),
  ];
}
