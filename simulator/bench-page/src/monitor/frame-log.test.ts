import type { SerialFrame } from '@xiaolaba/simulator/bench-contract';
import { describe, expect, it } from 'vitest';
import { createFrameLog, mostFrames } from './frame-log.js';
import { frameFields, spacedHex } from './frame-words.js';

const frame = (part: SerialFrame['part'] = 'sound'): SerialFrame => ({
  at: 0,
  part,
  protocol: 'dfplayer',
  direction: 'to-host',
  hex: '7eff',
  frame: { kind: 'play' },
  error: null,
});

/** A log whose drawing is called by hand. */
const made = () => {
  const due: (() => void)[] = [];
  const log = createFrameLog((call) => due.push(call));
  return { log, due, draw: () => void due.splice(0).map((call) => call()) };
};

describe('the list of frames', () => {
  it('draws a burst once, the oldest first, and keeps no more than it can show', () => {
    const { log, due, draw } = made();
    for (let count = 0; count < mostFrames + 500; count++) log.add(frame());
    expect(due).toHaveLength(1);
    draw();
    expect(log.visible.value).toHaveLength(mostFrames);
    expect(log.visible.value.at(0)?.number).toBe(501);
    expect(log.visible.value.at(-1)?.number).toBe(mostFrames + 500);
  });
  it('stands still while paused, counts what comes, and catches up', () => {
    const { log, draw } = made();
    log.add(frame());
    draw();
    log.setPaused(true);
    log.add(frame());
    log.add(frame());
    draw();
    expect([log.visible.value.length, log.waiting.value]).toEqual([1, 2]);
    log.setPaused(false);
    draw();
    expect([log.visible.value.length, log.waiting.value]).toEqual([3, 0]);
  });
  it('shows one part alone, and forgets everything when cleared', () => {
    const { log, draw } = made();
    log.add(frame('sound'));
    log.add(frame('sign'));
    draw();
    log.filter.value = 'sign';
    expect(log.visible.value.map(({ part }) => part)).toEqual(['sign']);
    log.clear();
    log.filter.value = undefined;
    expect(log.visible.value).toEqual([]);
  });
});

it('says the fields of a frame on one line', () => {
  const deep = {
    kind: 'x',
    a: 1,
    text: '',
    on: false,
    area: { y: 2, inner: { z: { deep: 3 } } },
    list: [1, 2],
    gone: undefined,
  };
  expect(frameFields(deep)).toBe('a=1 text="" on=false area={y=2 inner={z={…}}} list=[1, 2]');
  expect(spacedHex('7eff06')).toBe('7E FF 06');
});
