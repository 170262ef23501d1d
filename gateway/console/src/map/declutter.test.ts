import { describe, expect, it } from 'vitest';
import { declutter, type Label } from './declutter.js';

const label = (id: string, x: number, y: number, rank = 1): Label => ({
  id,
  x,
  y,
  width: 60,
  height: 16,
  rank,
  gaps: [8],
});

describe('declutter', () => {
  it('writes to the right where there is room', () => {
    expect(declutter([label('a', 0, 0)], [{ x: 0, y: 0, radius: 5 }]).get('a')).toEqual({ side: 'right', gap: 8 });
  });

  it('moves aside for a mark and for a name of higher rank', () => {
    const marks = [{ x: 30, y: 0, radius: 5 }];
    expect(declutter([label('a', 0, 0)], marks).get('a')?.side).toBe('left');
    const both = declutter([label('low', 0, 0, 1), label('high', 0, 4, 2)], []);
    expect(both.get('high')?.side).toBe('right');
    expect(both.get('low')?.side).toBe('left');
  });

  it('leaves a name out rather than write over another', () => {
    const crowd = Array.from({ length: 12 }, (_, index) => label(`n${index}`, index, 0));
    const written = declutter(crowd, []);
    expect(written.size).toBeGreaterThan(1);
    expect(written.size).toBeLessThan(crowd.length);
  });

  it('never lets two names overlap, also across cells', () => {
    const labels = Array.from({ length: 200 }, (_, index) =>
      label(`n${index}`, (index * 37) % 500, (index * 91) % 400, index % 5),
    );
    const written = declutter(labels, []);
    const boxes = labels.flatMap(({ id, x, y, width, height }) => {
      const spot = written.get(id);
      if (!spot) return [];
      const left = { right: x + 8, left: x - 8 - width, below: x - width / 2, above: x - width / 2 }[spot.side];
      const top = { right: y - height / 2, left: y - height / 2, below: y + 8, above: y - 8 - height }[spot.side];
      return [{ left, top, right: left + width, bottom: top + height }];
    });
    const overlaps = boxes.filter((a, index) =>
      boxes.slice(index + 1).some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
    );
    expect(boxes.length).toBeGreaterThan(20);
    expect(overlaps).toEqual([]);
  });
});
