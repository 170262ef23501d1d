/** The little of these two that is used here; neither package has types of its own. */
declare module 'johnny-five' {
  import type { EventEmitter } from 'node:events';

  interface Options {
    readonly board: Board;
    readonly pin: number | string;
  }
  class Board extends EventEmitter {
    constructor(options: { io: unknown; repl: boolean; debug: boolean; sigint: boolean });
  }
  class Relay {
    constructor(options: Options & { type: 'NO' | 'NC' });
    open(): void;
    close(): void;
  }
  class Led {
    constructor(options: Options);
    on(): void;
    off(): void;
  }
  const five: {
    Board: typeof Board;
    Relay: typeof Relay;
    Led: typeof Led;
  };

  export type { Board, Led, Relay };
  export default five;
}

declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events';

  interface Pin {
    readonly supportedModes: readonly number[];
    /** 127: none. */
    readonly analogChannel: number;
  }
  class Firmata extends EventEmitter {
    constructor(transport: unknown, options?: { samplingInterval?: number });
    readonly MODES: Readonly<Record<string, number>> & {
      readonly INPUT: number;
      readonly OUTPUT: number;
      readonly PULLUP: number;
    };
    readonly RESOLUTION: { readonly ADC: number | null; readonly PWM: number | null };
    readonly reportVersionTimeoutId: NodeJS.Timeout;
    readonly versionReceived: boolean;
    readonly version: { readonly major?: number; readonly minor?: number };
    readonly firmware: {
      readonly name?: string;
      readonly version?: { readonly major: number; readonly minor: number };
    };
    readonly pins: readonly Pin[];
    /** Index of the pin, by channel. */
    readonly analogPins: readonly number[];
    /** What was last written to each port of eight pins. */
    readonly ports: number[];
    pinMode(pin: number, mode: number): void;
    digitalWrite(pin: number, value: number): void;
    pwmWrite(pin: number, value: number): void;
    digitalRead(pin: number, call: (value: number) => void): void;
    analogRead(channel: number, call: (value: number) => void): void;
  }
  const io: { Firmata: typeof Firmata };

  export type { Firmata };
  export default io;
}
