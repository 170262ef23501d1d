import { describe, expect, it } from 'vitest';
import { createI18n } from 'vue-i18n';
import { en } from './en.js';
import { zhCN } from './zh-CN.js';

const { t } = createI18n({ legacy: false, locale: 'en', messages: { en } }).global;

describe('counted things', () => {
  it('are one or several in English', () => {
    expect([0, 1, 2].map((n) => t('stop.places', { n }))).toEqual(['0 places', '1 place', '2 places']);
    expect(t('approvals.reachShort', { n: 1, places: 1, people: 820 })).toBe('1 place · 820 people');
    expect(t('editor.check.loses', { n: 1, days: 7 })).toBe(' loses 1 play (in 7 days)');
    expect(t('editor.check.loses', { n: 3, days: 7 })).toBe(' loses 3 plays (in 7 days)');
  });

  it('have two forms where they have forms, each of which counts, and one in Chinese', () => {
    const texts = (of: object): string[] =>
      Object.values(of).flatMap((value) => (typeof value === 'string' ? [value] : texts(value as object)));
    for (const text of texts(en).filter((one) => one.includes('|'))) {
      const forms = text.split('|');
      expect([text, forms.length]).toEqual([text, 2]);
      for (const form of forms) expect(form).toMatch(/\{(n|places)\}|^ ?places? ?$/);
    }
    expect(texts(zhCN).filter((one) => one.includes('|'))).toEqual([]);
  });
});
