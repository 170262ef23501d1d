import {
  addDays,
  alertPriority,
  dayOf,
  instantOf,
  lateStartOf,
  type PlanInput,
  type PlannedSlot,
  planDay,
} from '@xiaolaba/protocol';
import type { Discipline } from '../clock/discipline.js';
import type { Life } from '../life.js';
import type { Cancel } from '../ports/index.js';

export interface TimetablePorts {
  readonly life: Life;
  readonly time: Discipline;
  /** How long before a sound the amplifier is woken, in milliseconds. */
  readonly wakeMs: () => number;
  readonly wake: (slot: PlannedSlot) => Promise<void>;
  readonly due: (slot: PlannedSlot) => void;
}

/** The day's slots in order, and the one timer to the next of them. */
export class Timetable {
  #input: PlanInput | undefined;
  #day = '';
  #slots: PlannedSlot[] = [];
  #woken: PlannedSlot | undefined;
  #timer: Cancel | undefined;
  /** Monotonic; when the timer goes off. */
  #wakesMono = Number.POSITIVE_INFINITY;
  /** Occurrences that had their turn, by campaign, cue and due time: a new revision doesn't bring them again. */
  readonly #done = new Set<string>();

  constructor(private readonly ports: TimetablePorts) {}

  markDone(play: { readonly campaign: string; readonly cue: string; readonly dueAt: number }): void {
    this.#done.add(doneKey(play));
  }

  /** By how much its timer is overdue, milliseconds. */
  get lateMs(): number {
    return this.#input ? Math.max(0, this.ports.time.monotonic() - this.#wakesMono) : 0;
  }

  /** Plans today for what is in force now. */
  load(input: PlanInput): void {
    this.#input = input;
    this.#slots = [];
    this.#plan(dayOf(this.ports.time.now(), input.policy.zone));
    this.#schedule();
  }

  /** Waits for nothing any more (the clock is not trusted, or nothing is in force). */
  suspend(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#input = undefined;
    this.#slots = [];
  }

  #plan(day: string): void {
    if (!this.#input) return;
    const now = this.ports.time.now();
    this.#day = day;
    const kept = this.#slots;
    const yesterday = instantOf(addDays(day, -1), '00:00', this.#input.policy.zone);
    for (const key of this.#done) if (Number(key.slice(key.lastIndexOf('/') + 1)) < yesterday) this.#done.delete(key);
    const slots = planDay(this.#input, day).slots.filter((slot) => latest(slot) >= now);
    const wanted = withoutRepeats(slots, now).filter((slot) => !this.#done.has(doneKey(slot)));
    this.#slots = [...kept, ...wanted].sort((a, b) => a.startAt - b.startAt);
  }

  #schedule(): void {
    this.#timer?.();
    this.#timer = undefined;
    if (!this.#input) return;
    const { time, life, wakeMs } = this.ports;
    const midnight = instantOf(this.#day, '24:00', this.#input.policy.zone);
    const next = this.#slots[0];
    const nextSound = wakeMs() > 0 ? this.#slots.find(({ output }) => output === 'audio') : undefined;
    const wakeAt = nextSound && nextSound !== this.#woken ? nextSound.startAt - wakeMs() : undefined;
    const at = Math.min(midnight, next?.startAt ?? midnight, wakeAt ?? midnight);
    const wait = Math.max(0, at - time.now());
    this.#wakesMono = time.monotonic() + wait;
    this.#timer = life.after(wait, 'timetable', () => this.#tick());
  }

  async #tick(): Promise<void> {
    const { time, due, wake, wakeMs } = this.ports;
    if (!this.#input) return;
    const today = dayOf(time.now(), this.#input.policy.zone);
    if (today !== this.#day) this.#plan(today);
    for (let slot = this.#slots[0]; slot && slot.startAt <= time.now(); slot = this.#slots[0]) {
      this.#slots.shift();
      this.markDone(slot);
      due(slot);
    }
    const sound = this.#slots.find(({ output }) => output === 'audio');
    const awaken = sound && sound !== this.#woken && sound.startAt - wakeMs() <= time.now() ? sound : undefined;
    if (awaken) this.#woken = awaken;
    this.#schedule();
    if (awaken && wakeMs() > 0) await wake(awaken);
  }
}

const latest = (slot: PlannedSlot): number =>
  slot.output === 'text' ? slot.endAt - 1 : slot.startAt + lateStartOf(slot.priority);

/** Of the sayings of an alert that are overdue when it comes, the last: it is said at once, and not several times over. */
function withoutRepeats(slots: readonly PlannedSlot[], now: number): PlannedSlot[] {
  const isOverdue = (slot: PlannedSlot) =>
    slot.output === 'audio' && slot.priority >= alertPriority && slot.startAt <= now;
  const cueOf = ({ release, cue }: PlannedSlot) => `${release}/${cue}`;
  const last = new Map(slots.filter(isOverdue).map((slot) => [cueOf(slot), slot]));
  return slots.filter((slot) => !isOverdue(slot) || last.get(cueOf(slot)) === slot);
}

const doneKey = (play: { readonly campaign: string; readonly cue: string; readonly dueAt: number }): string =>
  `${play.campaign}/${play.cue}/${play.dueAt}`;
