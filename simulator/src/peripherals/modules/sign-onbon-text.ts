/** What an Onbon font card makes of the live sequences in a text. Source: BX-5K/6K protocol 1.4, chapter 11. */
import type { LocalTime } from '@xiaolaba/device/peripherals';
import type { SignScene } from './module-twin.js';

interface OnbonShown {
  readonly lines: readonly string[];
  /** Of the first sequence that sets one: a scene has but one. */
  readonly colour: SignScene['colour'] | undefined;
}

const colours: Readonly<Record<string, SignScene['colour']>> = { 1: 'red', 2: 'green', 3: 'yellow' };
const two = (value: number): string => String(value).padStart(2, '0');

const timeFields: Readonly<Record<string, (time: Omit<LocalTime, 'weekday'>) => string>> = {
  Y: ({ year }) => String(year),
  M: ({ month }) => two(month),
  D: ({ day }) => two(day),
  H: ({ hour }) => two(hour),
  F: ({ minute }) => two(minute),
  S: ({ second }) => two(second),
};

/** Colour, font (of Chinese or ASCII characters), time field, line, or any other letter: none of them is shown. */
const live = /\\(?:C(?<colour>.)|F[OE](?<font>\d{3})|D(?<field>[A-Z])|(?<line>n)|(?<other>[\s\S]?))/gu;

export function readOnbonText(content: string, time: Omit<LocalTime, 'weekday'>): OnbonShown {
  let colour: SignScene['colour'] | undefined;
  const text = content.replace(live, (...found) => {
    const groups = found.at(-1) as Partial<Record<'colour' | 'font' | 'field' | 'line' | 'other', string>>;
    if (groups.colour !== undefined) colour ??= colours[groups.colour] ?? 'white';
    if (groups.line !== undefined) return '\n';
    if (groups.field !== undefined) return timeFields[groups.field]?.(time) ?? '';
    return groups.other === '\\' ? '\\' : '';
  });
  return { lines: text.split('\n'), colour };
}
