import { expect, it } from 'vitest';
import { listText } from '../shell/lists.js';
import { spanOf } from './campaign-document.js';
import { fieldNamed, valueText } from './change-words.js';
import { windowOf } from './list-window.js';

it('names the part of a campaign that changed', () => {
  expect(fieldNamed('items.case.text')).toBe('text');
  expect(fieldNamed('items.case.audio.cmn.text')).toBe('audio');
  expect(fieldNamed('items.case')).toBe('items');
  expect(fieldNamed('cues.voice.windows.0.from')).toBe('windows');
  expect(fieldNamed('cues.voice.every')).toBe('cues');
  expect(fieldNamed('valid.to')).toBe('valid');
  expect(fieldNamed('colour')).toBe('other');
});

const listed = (parts: readonly string[]) => listText(parts, 'zh-CN');
it('writes values down without brackets or names of fields', () => {
  expect(valueText(undefined, listed)).toBe('');
  expect(valueText(30, listed)).toBe('30');
  expect(valueText(['estate-1', 'estate-2'], listed)).toBe('estate-1、estate-2');
  expect(valueText({ id: 'case', title: { zh: '刷单', en: 'Brushing' }, text: '不要垫钱' }, listed)).toBe(
    '刷单 不要垫钱',
  );
  expect(valueText({ days: ['mon', 'tue'], from: '08:00' }, listed)).toBe('mon、tue 08:00');
});

it('reads durations', () => {
  expect(spanOf('10m')).toEqual({ n: 10, unit: 'm' });
  expect(spanOf('90s')).toEqual({ n: 90, unit: 's' });
});

it('draws of a long list what is in sight, and no row twice', () => {
  const rows = 10_000;
  expect(windowOf({ rows, height: 80, top: 0, view: 800 })).toEqual({ from: 0, to: 16 });
  const middle = windowOf({ rows, height: 80, top: 400_040, view: 800 });
  expect(middle.from).toBeLessThanOrEqual(5000);
  expect(middle.to).toBeGreaterThan(5010);
  expect(middle.to - middle.from).toBeLessThan(30);
  expect(windowOf({ rows, height: 80, top: 799_200, view: 800 }).to).toBe(rows);
  expect(windowOf({ rows: 3, height: 80, top: 5000, view: 800 })).toEqual({ from: 0, to: 3 });
});
