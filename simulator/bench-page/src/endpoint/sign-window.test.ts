import type { SignScene } from '@xiaolaba/simulator/bench-contract';
import { describe, expect, it } from 'vitest';
import { readStrip, signWindow } from './sign-window.js';

const scene = (given: Partial<SignScene>): SignScene => ({
  columns: 64,
  rows: 16,
  colour: 'red',
  brightness: 1,
  strip: { columns: 100, rows: 16, bits: '' },
  motion: 'left',
  dotsPerSecond: 40,
  stayMs: 2000,
  since: 0,
  ...given,
});

describe('a text that moves left', () => {
  it('comes in at the right edge with its first column', () => {
    expect(signWindow(scene({}), 0)).toEqual({ column: -63, row: 0 });
    expect(signWindow(scene({}), 24)).toEqual({ column: -63, row: 0 });
    expect(signWindow(scene({}), 25)).toEqual({ column: -62, row: 0 });
  });
  it('leaves at the left edge and begins anew', () => {
    const roundMs = ((100 + 64) / 40) * 1000;
    expect(signWindow(scene({}), roundMs - 1).column).toBe(100);
    expect(signWindow(scene({}), roundMs)).toEqual(signWindow(scene({}), 0));
  });
  it('waits at the edge while its time has not come', () => {
    expect(signWindow(scene({}), -500)).toEqual(signWindow(scene({}), 0));
  });
});

describe('pages', () => {
  const pile = scene({ motion: 'up', rows: 16, strip: { columns: 64, rows: 48, bits: '' }, dotsPerSecond: 16 });
  it('rise from below, stay, and give way to the next', () => {
    expect(signWindow(pile, 0)).toEqual({ column: 0, row: -16 });
    expect(signWindow(pile, 500)).toEqual({ column: 0, row: -8 });
    expect(signWindow(pile, 1000)).toEqual({ column: 0, row: 0 });
    expect(signWindow(pile, 2999)).toEqual({ column: 0, row: 0 });
    expect(signWindow(pile, 4000)).toEqual({ column: 0, row: 16 });
    expect(signWindow(pile, 9000)).toEqual(signWindow(pile, 0));
  });
  it('are cut from a long line where the strip is as high as the sign', () => {
    const line = scene({ motion: 'up', dotsPerSecond: 16 });
    expect(signWindow(line, 1500)).toEqual({ column: 0, row: 0 });
    expect(signWindow(line, 4500)).toEqual({ column: 64, row: 0 });
  });
});

it('stands still, in the middle of a higher sign', () => {
  expect(signWindow(scene({ motion: 'static', rows: 32 }), 9999)).toEqual({ column: 0, row: -8 });
});

it('reads bits row by row, the highest first, dark outside', () => {
  // Two rows of nine dots: the first and the last lit above, the second lit below.
  const strip = readStrip({ columns: 9, rows: 2, bits: btoa(String.fromCharCode(0x80, 0x80, 0x40, 0x00)) });
  const lit = [0, 1].map((row) => [...Array(9).keys()].filter((column) => strip.isLit(column, row)));
  expect(lit).toEqual([[0, 8], [1]]);
  expect(strip.isLit(-1, 0) || strip.isLit(9, 0) || strip.isLit(0, 2)).toBe(false);
});
