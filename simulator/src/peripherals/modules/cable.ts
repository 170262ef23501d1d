import type { ByteLine } from '@xiaolaba/device/peripherals';
import { worldError } from '@xiaolaba/protocol';
import type { ModuleTwin } from './module-twin.js';

export type Direction = 'to-module' | 'to-host';

/** A cable between a driver and a twin, in memory. What is under way when it is pulled is lost. */
export class Cable {
  readonly host: ByteLine;
  #isUp = true;
  #closed = false;
  #receive: (bytes: Uint8Array) => void = () => {};
  readonly #states: ((isUp: boolean) => void)[] = [];
  readonly #watchers: ((direction: Direction, bytes: Uint8Array) => void)[] = [];

  constructor(private readonly twin: ModuleTwin) {
    twin.onSend((bytes) => this.#carry('to-host', bytes, (sent) => this.#receive(sent)));
    const cable = this;
    this.host = {
      get isUp() {
        return cable.#isUp;
      },
      onData(call) {
        cable.#receive = call;
      },
      onState(call) {
        cable.#states.push(call);
      },
      write: async (bytes) => {
        if (!this.#isUp || this.#closed) throw worldError('line-down', 'the cable is out');
        this.#carry('to-module', bytes, (sent) => this.twin.receive(sent));
      },
      close: async () => {
        this.#closed = true;
        this.#receive = () => {};
      },
    };
  }

  /** Sees all that passes. */
  onBytes(call: (direction: Direction, bytes: Uint8Array) => void): void {
    this.#watchers.push(call);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  setPlugged(isUp: boolean): void {
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    for (const call of this.#states) call(isUp);
  }

  #carry(direction: Direction, bytes: Uint8Array, deliver: (bytes: Uint8Array) => void): void {
    if (!this.#isUp || bytes.length === 0) return;
    const sent = Uint8Array.from(bytes);
    setImmediate(() => {
      if (!this.#isUp) return;
      for (const watch of this.#watchers) watch(direction, sent);
      deliver(sent);
    });
  }
}
