import type { PlaceState, SlotView } from '@xiaolaba/gateway/contract';
import { slotState } from '../coverage/evidence.js';
import { type StripScale, thinnest } from './strip-scale.js';

/** One thing to draw: a slot, or several of one state that lie too close to be told apart. */
export interface Run {
  readonly key: string;
  readonly left: number;
  readonly right: number;
  readonly state: PlaceState;
  readonly slots: readonly SlotView[];
}

/** Things at least this wide stand for themselves. */
const legible = 7;
const gap = 1.5;

const place = (
  slots: readonly SlotView[],
  scale: StripScale,
  span: (slot: SlotView) => readonly [number, number] | undefined,
): Run[] => {
  const runs: { key: string; left: number; right: number; state: PlaceState; slots: SlotView[] }[] = [];
  const spans = slots
    .flatMap((slot) => {
      const ends = span(slot);
      return ends ? [{ slot, from: ends[0], to: ends[1] }] : [];
    })
    .sort((a, b) => a.from - b.from);
  for (const { slot, from, to } of spans) {
    const left = scale.x(from);
    const right = Math.max(scale.x(to), left + thinnest);
    if (right < -20 || left > scale.width + 20) continue;
    const state = slotState(slot);
    const last = runs.at(-1);
    const tiny = right - left < legible;
    if (last && tiny && last.state === state && left - last.right < gap) {
      last.right = Math.max(last.right, right);
      last.slots.push(slot);
    } else runs.push({ key: slot.id, left, right, state, slots: [slot] });
  }
  return runs;
};

export const expectedRuns = (slots: readonly SlotView[], scale: StripScale): Run[] =>
  place(slots, scale, (slot) => [slot.startAt, slot.endAt]);

/** What was really heard, from its first sound for as long as it lasted. */
export const actualRuns = (slots: readonly SlotView[], scale: StripScale): Run[] =>
  place(slots, scale, (slot) =>
    slot.startedAt === undefined ? undefined : [slot.startedAt, slot.startedAt + (slot.playedMs ?? 0)],
  );

/** Where nothing came, although it was due. */
export const gapRuns = (slots: readonly SlotView[], scale: StripScale): Run[] =>
  place(slots, scale, (slot) =>
    slot.status === 'missed' && slot.startedAt === undefined ? [slot.startAt, slot.endAt] : undefined,
  );

export interface Lane {
  readonly key: string;
  readonly output: SlotView['output'];
  /** Absent where a lane gathers several campaigns. */
  readonly title: SlotView['title'] | undefined;
  readonly slots: readonly SlotView[];
}

const mostLanes = 5;

/** A lane for each output of each campaign, or for each output where those would be too many. */
export const lanesOf = (slots: readonly SlotView[]): Lane[] => {
  const group = (key: (slot: SlotView) => string): Map<string, SlotView[]> => {
    const groups = new Map<string, SlotView[]>();
    for (const slot of slots) {
      const lane = groups.get(key(slot));
      if (lane) lane.push(slot);
      else groups.set(key(slot), [slot]);
    }
    return groups;
  };
  const fine = group((slot) => `${slot.output}/${slot.campaign}`);
  const many = fine.size > mostLanes;
  return [...(many ? group((slot) => slot.output) : fine)]
    .flatMap(([key, members]): Lane[] => {
      const [first] = members;
      return first ? [{ key, output: first.output, title: many ? undefined : first.title, slots: members }] : [];
    })
    .sort((a, b) => a.output.localeCompare(b.output) || (a.slots[0]?.startAt ?? 0) - (b.slots[0]?.startAt ?? 0));
};
