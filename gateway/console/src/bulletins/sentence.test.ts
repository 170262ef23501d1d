import type { ContentProblemView } from '@xiaolaba/gateway/contract';
import { describe, expect, it } from 'vitest';
import { markedPieces, sentenceSoFar, type Template } from './sentence.js';

const problem = (
  excerpt: string,
  start: number,
  field = 'text',
  severity: ContentProblemView['severity'] = 'error',
): ContentProblemView => ({
  severity,
  code: 'phone-number',
  file: 'bulletin',
  field,
  message: { zh: '错误 bulletin text：电话', en: 'Error bulletin text: phone' },
  sentence: { zh: '电话', en: 'phone' },
  details: { excerpt, start, end: start + excerpt.length },
});
const shape = (pieces: readonly { text: string; kind: string }[]) => pieces.map(({ text, kind }) => [kind, text]);

const template: Template = {
  id: 'order-brushing',
  title: { zh: '刷单', en: 'Brushing' },
  type: '刷单返利',
  text: '一居民{date}在{method}被骗{amount}元。{station}',
  advice: '不要垫钱。',
  fields: [],
};
const labels = { date: '日期', method: '手法', amount: '金额' };

describe('a text with findings', () => {
  it('marks each at its place and keeps every character', () => {
    const text = '加13812345678，问张伟';
    const pieces = markedPieces(text, [problem('张伟', 14), problem('13812345678', 1)]);
    expect(shape(pieces)).toEqual([
      ['plain', '加'],
      ['error', '13812345678'],
      ['plain', '，问'],
      ['error', '张伟'],
    ]);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  });

  it('finds by its words what has moved, and leaves out what is not there', () => {
    expect(shape(markedPieces('附近张伟', [problem('张伟', 9), problem('李四', 0)]))).toEqual([
      ['plain', '附近'],
      ['error', '张伟'],
    ]);
  });

  it('shows the first of two that overlap', () => {
    const pieces = markedPieces('13812345678', [problem('13812345678', 0), problem('345', 5, 'text', 'warning')]);
    expect(shape(pieces)).toEqual([['error', '13812345678']]);
  });
});

describe('a sentence that is being filled in', () => {
  it('shows what is missing by its name, and what is wrong with a field where it will stand', () => {
    const values = { date: '2026-11-09', method: ' 加13812345678 ', amount: '' };
    const pieces = sentenceSoFar(template, values, labels, [problem('13812345678', 1, 'fields.method')]);
    expect(shape(pieces)).toEqual([
      ['plain', '一居民'],
      ['plain', '11月9日'],
      ['plain', '在'],
      ['plain', '加'],
      ['error', '13812345678'],
      ['plain', '被骗'],
      ['blank', '金额'],
      ['plain', '元。'],
      ['plain', '…'],
      ['plain', '不要垫钱。'],
    ]);
  });
});
