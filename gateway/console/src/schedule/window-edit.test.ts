import { describe, expect, it } from 'vitest';
import type { DaySet } from './week-blocks.js';
import {
  addWindow,
  type CampaignDocument,
  durationOf,
  moveTo,
  moveWindow,
  removeWindow,
  scopesOf,
  secondsOf,
  setCue,
  setWindow,
  windowIn,
} from './window-edit.js';

const document = (days: DaySet = 'workdays'): CampaignDocument => ({
  ...{ id: 'mine', title: { zh: '一', en: 'One' }, valid: { from: '2026-01-01', to: '2026-12-31' }, items: [] },
  cues: [
    {
      ...{ id: 'one', items: ['a'], output: 'audio', every: '30m', priority: 50 },
      windows: [{ days, from: '07:00', to: '08:00' }],
    },
  ],
});
const ref = { cue: 'one', window: 0 };
// A Tuesday.
const tuesday = '2026-11-17';
const move = (more: object = {}) => ({ day: tuesday, toDay: tuesday, from: 540, to: 600, ...more });
const windows = (edited: CampaignDocument | undefined) => edited?.cues[0]?.windows;

describe('moving a block', () => {
  it('moves all days, or splits off the one weekday', () => {
    expect(windows(moveWindow(ref, move(), 'all')(document()))).toEqual([
      { days: 'workdays', from: '09:00', to: '10:00' },
    ]);
    expect(windows(moveWindow(ref, move(), 'one')(document()))).toEqual([
      { days: ['mon', 'wed', 'thu', 'fri'], from: '07:00', to: '08:00' },
      { days: ['tue'], from: '09:00', to: '10:00' },
    ]);
    const saturday = move({ toDay: '2026-11-21' });
    expect(windows(moveWindow(ref, saturday, 'one')(document()))?.at(-1)?.days).toEqual(['sat']);
  });

  it('pushes named weekdays on by as many days, over the end of the week', () => {
    const edited = moveWindow(ref, move({ toDay: '2026-11-19' }), 'all')(document(['tue', 'sat']));
    expect(windows(edited)?.[0]?.days).toEqual(['mon', 'thu']);
  });

  it('asks only where there is something to ask', () => {
    const still = { day: tuesday, toDay: tuesday };
    const away = { day: tuesday, toDay: '2026-11-18' };
    expect(scopesOf('workdays', still)).toEqual(['all', 'one']);
    expect(scopesOf('workdays', away)).toEqual(['one']);
    expect(scopesOf(['tue'], away)).toEqual(['all']);
    expect(scopesOf(['tue', 'fri'], away)).toEqual(['all', 'one']);
    // A make-up Saturday is no Saturday that workdays have.
    expect(scopesOf('workdays', { day: '2026-10-10', toDay: '2026-10-10' })).toEqual(['all']);
    expect(scopesOf('holidays', { day: '2026-10-01', toDay: '2026-10-02' })).toEqual([]);
  });

  it('may pass midnight, ends a day with 24:00, and is never longer than a day', () => {
    const clocks = (from: number, to: number) => {
      const [window] = windows(moveWindow(ref, move({ from, to }), 'all')(document())) ?? [];
      return [window?.from, window?.to];
    };
    expect(clocks(1380, 1500)).toEqual(['23:00', '01:00']);
    expect(clocks(1380, 1440)).toEqual(['23:00', '24:00']);
    expect(clocks(60, 3000)).toEqual(['01:00', '01:00']);
    expect(moveTo(tuesday, '2026-11-18T23:00:00Z', '2026-11-19T01:00:00Z')).toEqual({
      ...{ day: tuesday, toDay: '2026-11-18', from: 1380, to: 1500 },
    });
  });

  it('is nothing where the window is gone', () => {
    const gone = { cue: 'one', window: 3 };
    expect(moveWindow(gone, move(), 'all')(document())).toBeUndefined();
    expect(moveWindow(gone, move(), 'one')(document())).toBeUndefined();
    expect(setWindow({ cue: 'other', window: 0 }, { from: '01:00' })(document())).toBeUndefined();
  });
});

it('adds and removes windows, but never the last', () => {
  const added = addWindow('one', { days: ['sun'], from: '12:00', to: '13:00' })(document());
  expect(windows(added)).toHaveLength(2);
  if (!added) throw new Error('none');
  expect(windowIn(added, { cue: 'one', window: 1 })?.days).toEqual(['sun']);
  expect(windows(removeWindow({ cue: 'one', window: 0 })(added))).toHaveLength(1);
  expect(removeWindow(ref)(document())).toBeUndefined();
});

it('gives a cue one pace at a time, and leaves the rest', () => {
  const [cue] = setCue('one', { once: true })(document())?.cues ?? [];
  expect([cue?.every, cue?.once, cue?.priority]).toEqual([undefined, true, 50]);
  expect(setCue('one', { priority: 70 })(document())?.cues[0]).toMatchObject({ every: '30m', priority: 70 });
  expect(['90s', '30m', '2h'].map((text) => durationOf(secondsOf(text)))).toEqual(['90s', '30m', '2h']);
});
