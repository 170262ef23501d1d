import type { Lock, PositionSource, StatusLed, Switch } from '@xiaolaba/device';
import type { Position } from '@xiaolaba/protocol';

/** A switch that the world presses. */
export class TwinSwitch implements Switch {
  #calls: ((pressed: boolean) => void)[] = [];

  onChange(call: (pressed: boolean) => void): void {
    this.#calls.push(call);
  }

  set(pressed: boolean): void {
    for (const call of this.#calls) call(pressed);
  }

  /** A new boot listens anew. */
  powerOff(): void {
    this.#calls = [];
  }
}

/** The twin of a satellite receiver: the world tells it where it is, and it tells the device. */
export class TwinPosition implements PositionSource {
  #last: Position | undefined;
  #calls: ((position: Position) => void)[] = [];

  current(): Position | undefined {
    return this.#last;
  }

  onFix(call: (position: Position) => void): void {
    this.#calls.push(call);
  }

  fix(position: Position): void {
    this.#last = position;
    for (const call of this.#calls) call(position);
  }

  powerOff(): void {
    this.#last = undefined;
    this.#calls = [];
  }
}

export class TwinLock implements Lock {
  #calls: ((event: 'unlock' | 'lock') => void)[] = [];

  onEvent(call: (event: 'unlock' | 'lock') => void): void {
    this.#calls.push(call);
  }

  handle(event: 'unlock' | 'lock'): void {
    for (const call of this.#calls) call(event);
  }

  powerOff(): void {
    this.#calls = [];
  }
}

export class TwinLed implements StatusLed {
  state: Parameters<StatusLed['show']>[0] = 'off';

  show(state: Parameters<StatusLed['show']>[0]): void {
    this.state = state;
  }
}
