import { bugError } from '@xiaolaba/protocol';
import TinyQueue from 'tinyqueue';

/**
 * Order among events of one instant: faults strike while nothing is in flight, then the world moves
 * (vehicles, people), then devices act on it.
 */
export const phases = { fault: 0, world: 1, device: 2 } as const;
export type Phase = keyof typeof phases;

export type Cancel = () => void;

interface WorldEvent {
  readonly at: number;
  readonly phase: number;
  readonly serial: number;
  run: (() => void) | undefined;
}

const before = (a: WorldEvent, b: WorldEvent): number => a.at - b.at || a.phase - b.phase || a.serial - b.serial;

/** The world's time: it stands still until somebody takes the next events, and then it is theirs. Epoch milliseconds. */
export class WorldTime {
  readonly #queue = new TinyQueue<WorldEvent>([], before);
  #now: number;
  #serial = 0;
  #executed = 0;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Events run so far. */
  get executed(): number {
    return this.#executed;
  }

  /** Schedules for an instant; one that has passed means now. */
  at(instant: number, phase: Phase, run: () => void): Cancel {
    const event: WorldEvent = {
      at: Math.max(instant, this.#now),
      phase: phases[phase],
      serial: this.#serial++,
      run,
    };
    this.#queue.push(event);
    return () => {
      event.run = undefined;
    };
  }

  /** When the next event is due, `undefined` where nothing is scheduled. */
  next(): number | undefined {
    return this.#peek()?.at;
  }

  /** Moves on to an instant that no event lies before. @throws XiaolabaError `time-skipped`, `time-backwards` */
  moveTo(instant: number): void {
    const next = this.next();
    if (instant < this.#now) throw bugError('time-backwards', 'time goes forward only', { instant, now: this.#now });
    if (next !== undefined && next < instant) throw bugError('time-skipped', 'an event lies before', { instant, next });
    this.#now = instant;
  }

  /** Runs the events of this instant that belong to its first phase; how many there were. */
  takeDue(): number {
    const first = this.#peek();
    if (!first || first.at > this.#now) return 0;
    let count = 0;
    for (
      let event = this.#peek();
      event && event.at <= this.#now && event.phase === first.phase;
      event = this.#peek()
    ) {
      this.#queue.pop();
      const { run } = event;
      event.run = undefined;
      count++;
      run?.();
    }
    this.#executed += count;
    return count;
  }

  #peek(): WorldEvent | undefined {
    for (let event = this.#queue.peek(); event; event = this.#queue.peek()) {
      if (event.run) return event;
      this.#queue.pop();
    }
    return undefined;
  }
}
