import TinyQueue from 'tinyqueue';

interface Timer {
  readonly at: number;
  readonly serial: number;
  call: (() => void) | undefined;
}

/** A clock that shows what it is told, and whose timers fire when it is told that their time has come. */
export class SteeredClock {
  readonly #timers = new TinyQueue<Timer>([], (a, b) => a.at - b.at || a.serial - b.serial);
  #now: number;
  #serial = 0;

  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  readonly after = (milliseconds: number, call: () => void): (() => void) => {
    const timer: Timer = { at: this.#now + Math.max(0, milliseconds), serial: this.#serial++, call };
    this.#timers.push(timer);
    return () => {
      timer.call = undefined;
    };
  };

  next(): number | undefined {
    return this.#peek()?.at;
  }

  /** Fires what is due up to an instant, each at its own time. */
  advance(to: number): void {
    for (let timer = this.#peek(); timer && timer.at <= to; timer = this.#peek()) {
      this.#timers.pop();
      this.#now = Math.max(this.#now, timer.at);
      const { call } = timer;
      timer.call = undefined;
      call?.();
    }
    this.#now = Math.max(this.#now, to);
  }

  #peek(): Timer | undefined {
    for (let timer = this.#timers.peek(); timer; timer = this.#timers.peek()) {
      if (timer.call) return timer;
      this.#timers.pop();
    }
    return undefined;
  }
}
