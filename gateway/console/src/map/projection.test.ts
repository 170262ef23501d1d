import { describe, expect, it } from 'vitest';
import { fitProjection, scaleBar } from './projection.js';

describe('fitProjection', () => {
  it('puts north up and fits the longer side', () => {
    const { project, width, height } = fitProjection(
      [
        [115, 23],
        [115.1, 23.3],
      ],
      1000,
    );
    expect(height).toBeCloseTo(1000);
    expect(width).toBeLessThan(height);
    expect(project([115, 23.3])).toEqual({ x: 0, y: 0 });
    expect(project([115.1, 23]).y).toBeCloseTo(1000);
  });

  it('keeps angles: a kilometre is as long eastwards as northwards', () => {
    const { project, unitsPerMetre } = fitProjection([
      [115, 23.4],
      [115.02, 23.42],
    ]);
    const degree = 111_319.49;
    const here = project([115.01, 23.41]);
    const north = project([115.01, 23.41 + 1000 / degree]);
    const east = project([115.01 + 1000 / (degree * Math.cos((23.41 * Math.PI) / 180)), 23.41]);
    expect(here.y - north.y).toBeCloseTo(east.x - here.x, 1);
    expect(east.x - here.x).toBeCloseTo(1000 * unitsPerMetre, 1);
  });

  it('gives ground to a single place and to none', () => {
    const { project, width } = fitProjection([[115, 23]]);
    expect(project([115, 23])).toEqual({ x: 0, y: 0 });
    expect(width).toBe(0);
    expect(fitProjection([]).height).toBe(0);
  });
});

describe('scaleBar', () => {
  it.each([
    [0.1, 100, 1000, 100],
    [0.1, 120, 1000, 100],
    [0.03, 100, 2000, 60],
    [2, 110, 50, 100],
  ])('%d px/m within %d px', (pixelsPerMetre, longest, metres, pixels) => {
    const bar = scaleBar(pixelsPerMetre, longest);
    expect(bar.metres).toBe(metres);
    expect(bar.pixels).toBeCloseTo(pixels);
  });
});
