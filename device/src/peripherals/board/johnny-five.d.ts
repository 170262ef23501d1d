/** The little of these two that is used here; neither package has types of its own. */
declare module 'johnny-five' {
  import type { EventEmitter } from 'node:events';

  interface Options {
    readonly board: Board;
    readonly pin: number | string;
  }
  class Board extends EventEmitter {
    constructor(options: { io: unknown; repl: boolean; debug: boolean; sigint?: boolean; timeout?: number });
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
    blink(milliseconds: number): void;
    stop(): this;
  }
  class Button extends EventEmitter {
    constructor(options: Options & { isPullup: boolean });
  }
  class Sensor extends EventEmitter {
    constructor(options: Options & { freq: number });
    readonly raw: number;
    disable(): void;
  }
  const five: {
    Board: typeof Board;
    Relay: typeof Relay;
    Led: typeof Led;
    Button: typeof Button;
    Sensor: typeof Sensor;
  };

  export type { Board, Button, Led, Relay, Sensor };
  export default five;
}

declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events';

  class Firmata extends EventEmitter {
    constructor(transport: unknown, options?: { reportVersionTimeout?: number; samplingInterval?: number });
  }
  const io: { Firmata: typeof Firmata };
  export default io;
}
