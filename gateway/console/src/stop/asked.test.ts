import { describe, expect, it } from 'vitest';
import { type Asked, askedInHash, hashOfAsked } from './asked.js';

describe('an order asked for in an address', () => {
  it.each<Asked>([
    { state: 'stop', choice: { by: 'everywhere', ids: [] }, reason: '演练 & 核对=#1' },
    { state: 'lifted', choice: { by: 'places', ids: ['site/estate-1', 'route/route-1'] }, reason: '内容已更正' },
  ])('is read as it was written: $choice.by', (asked) => {
    expect(askedInHash(hashOfAsked(asked))).toEqual(asked);
  });

  it('is nothing where the address says none, or one that there is not', () => {
    for (const hash of [
      '',
      '#top',
      '#state=stop',
      '#by=townships&id=a',
      '#state=burn&by=everywhere',
      '#state=stop&by=x',
    ])
      expect(askedInHash(hash)).toBeUndefined();
  });

  it('names nowhere else where it is for everywhere, and no place twice', () => {
    expect(askedInHash('#state=stop&by=everywhere&id=a')?.choice.ids).toEqual([]);
    expect(askedInHash('#state=stop&by=townships&id=a&id=a')?.choice.ids).toEqual(['a']);
  });
});
