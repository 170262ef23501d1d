import { expect, it } from 'vitest';
import { listText } from './lists.js';

it('sets names apart as each language does', () => {
  expect(listText([], 'en')).toBe('');
  expect(listText(['陈'], 'zh-CN')).toBe('陈');
  expect(listText(['陈', '林', '王'], 'zh-CN')).toBe('陈、林、王');
  expect(listText(['Chen', 'Lin'], 'en')).toBe('Chen, Lin');
  expect(listText(['Chen', 'Lin', 'Wang'], 'en')).toBe('Chen, Lin, Wang');
});
