import { describe, expect, it } from 'vitest';
import { nearest, neighbour } from './drawing.js';
import { smoothPath } from './shapes.js';

const points = [
  { id: 'centre', x: 0, y: 0 },
  { id: 'east', x: 10, y: 1 },
  { id: 'far-east', x: 30, y: 0 },
  { id: 'north', x: 2, y: -12 },
];
const [centre = { id: '', x: 0, y: 0 }] = points;

describe('finding marks', () => {
  it('takes the nearest within reach only', () => {
    expect(nearest(points, { x: 8, y: 0 }, 5)?.id).toBe('east');
    expect(nearest(points, { x: 18, y: 20 }, 5)).toBeUndefined();
  });

  it('walks by arrow key to the next in that direction', () => {
    expect(neighbour(points, centre, 'ArrowRight')?.id).toBe('east');
    expect(neighbour(points, centre, 'ArrowUp')?.id).toBe('north');
    expect(neighbour(points, centre, 'ArrowLeft')).toBeUndefined();
  });
});

describe('smoothPath', () => {
  it('passes through every stop', () => {
    const path = smoothPath([
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 10 },
    ]);
    expect(path.startsWith('M0 0')).toBe(true);
    expect(
      path
        .split('C')
        .slice(1)
        .map((curve) => curve.split(' ').slice(-2).join(' ')),
    ).toEqual(['10 0', '10 10']);
  });

  it('draws nothing of nothing', () => {
    expect(smoothPath([])).toBe('');
  });
});
