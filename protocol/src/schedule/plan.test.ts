import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompactInput, inputOf } from '../vectors/compact.js';
import type { PlanInput } from './day-plan.js';
import { clockOf, minutesOf } from './local-time.js';
import { daySpan, occurrencesOf } from './occurrences.js';
import { gapMs, maxWaitMs, planDay, slotKey } from './plan.js';

const two = (n: number): string => String(n).padStart(2, '0');
const clock = fc.integer({ min: 0, max: 143 }).map((n) => `${two(Math.floor(n / 6))}:${two((n % 6) * 10)}`);
const window = fc.record({
  days: fc.constantFrom('every-day' as const, 'workdays' as const, 'rest-days' as const),
  from: clock,
  to: fc.oneof(clock, fc.constant('24:00')),
});
const windows = fc.array(window, { minLength: 1, maxLength: 3 });
const timing = fc.oneof(
  fc.record({ kind: fc.constant('every' as const), windows, seconds: fc.integer({ min: 120, max: 7200 }) }),
  fc.record({ kind: fc.constant('once' as const), windows }),
);
const textTiming = fc.oneof(
  timing,
  fc.record({ kind: fc.constant('continuous' as const), windows, segmentSeconds: fc.integer({ min: 600, max: 7200 }) }),
);
const common = {
  priority: fc.integer({ min: 48, max: 52 }),
  items: fc.constant('it').map((id) => [id]),
  dialects: fc.constantFrom('rotate' as const, 'first' as const),
};
const cue = fc.oneof(
  fc.record({ ...common, output: fc.constant('audio' as const), timing }),
  fc.record({ ...common, output: fc.constant('text' as const), timing: textTiming }),
);
const input: fc.Arbitrary<CompactInput> = fc.record({
  profile: fc.constant('bus-screen' as const),
  outputs: fc.constant(['audio' as const, 'text' as const]),
  policy: fc.record({
    zone: fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Asia/Urumqi'),
    quietHours: fc.option(fc.record({ from: clock, to: clock })),
    dialects: fc.constantFrom(['cmn'], ['yue', 'cmn']),
  }),
  releases: fc
    .array(fc.tuple(fc.integer({ min: 5, max: 900 }), fc.array(cue, { minLength: 1, maxLength: 3 })), { maxLength: 4 })
    .map((list) =>
      list.map(([seconds, cues], n) => ({
        campaign: `camp-${n % 2}`,
        variant: `variant-${n}`,
        items: { it: { cmn: seconds, text: '谨防诈骗' } },
        cues: cues.map((one, at) => ({ id: `cue-${at}`, ...one })),
      })),
    ),
});
const day = fc.constantFrom('2026-11-20', '2026-03-08', '2026-11-01', '2026-03-29', '2026-10-25', '2026-02-14');
const planned = (check: (whole: PlanInput, on: string) => void): void =>
  fc.assert(
    fc.property(input, day, (compact, on) => check(inputOf(compact), on)),
    { numRuns: 150 },
  );

describe('planDay', () => {
  it('never gives one output two things at once, and leaves a gap between sounds', () =>
    planned((whole, on) => {
      const { slots } = planDay(whole, on);
      for (const output of whole.outputs) {
        const own = slots.filter((slot) => slot.output === output);
        const gap = output === 'audio' ? gapMs : 0;
        own.slice(1).forEach((slot, at) => {
          expect(slot.startAt).toBeGreaterThanOrEqual((own[at]?.endAt ?? 0) + gap);
        });
      }
    }));

  it('never puts sound where the local clock shows quiet hours', () =>
    planned((whole, on) => {
      const { quietHours, zone } = whole.policy;
      if (!quietHours || quietHours.from === quietHours.to) return;
      const [from, to] = [minutesOf(quietHours.from), minutesOf(quietHours.to)];
      const isQuiet = (at: number): boolean => {
        const minutes = minutesOf(clockOf(at, zone));
        return from < to ? from <= minutes && minutes < to : minutes >= from || minutes < to;
      };
      for (const slot of planDay(whole, on).slots) {
        if (slot.output !== 'audio') continue;
        for (const at of [slot.startAt, (slot.startAt + slot.endAt) / 2, slot.endAt - 1])
          expect(isQuiet(Math.floor(at))).toBe(false);
      }
    }));

  it('does not depend on the order in which releases and outputs are given', () =>
    planned((whole, on) => {
      const turned = { ...whole, releases: [...whole.releases].reverse(), outputs: [...whole.outputs].reverse() };
      expect(planDay(turned, on)).toEqual(planDay(whole, on));
    }));

  it('makes every occurrence a slot or drops it with a reason, and names every slot once', () =>
    planned((whole, on) => {
      const plan = planDay(whole, on);
      const span = daySpan(on, whole.policy.zone);
      const keys = plan.slots.map(slotKey);
      expect(new Set(keys).size).toBe(keys.length);
      for (const named of whole.releases) {
        for (const cue of named.release.cues) {
          const mine = (other: { release: string; cue: string }): boolean =>
            other.release === named.sha256 && other.cue === cue.id;
          const slots = plan.slots.filter(mine);
          const dropped = plan.dropped.filter(mine);
          for (const found of occurrencesOf({ named, cue, input: whole, day: span }, on)) {
            const isDropped = dropped.some((drop) => drop.dueAt === found.dueAt);
            const filled = 'fills' in found && found.fills ? found.durationMs : 0;
            const isSlot = slots.some(
              (slot) => slot.dueAt === found.dueAt || (slot.dueAt > found.dueAt && slot.dueAt < found.dueAt + filled),
            );
            expect(isDropped || isSlot).toBe(true);
          }
        }
      }
    }));

  it('keeps a play within its day, its release and its wait', () =>
    planned((whole, on) => {
      const span = daySpan(on, whole.policy.zone);
      for (const slot of planDay(whole, on).slots) {
        expect(slot.startAt).toBeGreaterThanOrEqual(Math.max(span.from, slot.dueAt));
        expect(slot.startAt - slot.dueAt).toBeLessThanOrEqual(maxWaitMs);
        expect(slot.endAt).toBeGreaterThan(slot.startAt);
        expect(slot.endAt).toBeLessThanOrEqual(span.to);
      }
    }));
});
