import type { EventEmitter } from 'node:events';
import { worldError } from '@xiaolaba/protocol';
import type { BoardConfig } from '../../config/config.js';
import type { AmplifierRelay, LevelSensor, Peripherals, StatusLed, Switch } from '../../ports/index.js';

/** A byte pipe to a board that speaks Firmata 2.5 (https://github.com/firmata/protocol): serial port or simulation. */
export interface BoardTransport extends EventEmitter {
  write(bytes: Buffer, done?: (error?: Error | null) => void): unknown;
}

type BoardParts = Pick<Peripherals, 'amplifier' | 'led' | 'level' | 'testButton' | 'override'>;

/** Milliseconds between two analog readings; ten make the mean over the last second. */
const sampleMs = 100;
const samples = 10;
/** Boards that restart when the port opens announce themselves; the others are asked after this. */
const askAfterMs = 1_000;
/** A reading older than this is none: the board has gone. */
const staleMs = 2_000;

/**
 * Brings up what is wired to a board.
 * @throws XiaolabaError `board-silent` where nothing answers within `timeoutMs`
 */
export async function openBoard(
  transport: BoardTransport,
  config: Pick<BoardConfig, 'relay' | 'led' | 'button' | 'override' | 'level'>,
  monotonic: () => number,
  timeoutMs = 10_000,
): Promise<BoardParts> {
  // Heavy, and of no use to a device without a board.
  const [{ default: five }, { default: io }] = await Promise.all([import('johnny-five'), import('firmata-io')]);
  const firmata = new io.Firmata(transport, { reportVersionTimeout: askAfterMs });
  await answered(firmata, timeoutMs);
  // Only now: johnny-five ends the process when a board keeps it waiting.
  const board = new five.Board({ io: firmata, repl: false, debug: false, sigint: false });
  await answered(board, timeoutMs);
  let gone = false;
  transport.on('close', () => {
    gone = true;
  });

  const amplifier = (wired: NonNullable<BoardConfig['relay']>): AmplifierRelay => {
    const relay = new five.Relay({ board, pin: wired.pin, type: wired.contact === 'open' ? 'NO' : 'NC' });
    relay.open();
    return {
      wakeMs: wired.wakeMs,
      set: async (on) => {
        if (gone) throw worldError('board-gone', 'the board is unplugged');
        if (on) relay.close();
        else relay.open();
      },
    };
  };
  const statusLed = (wired: NonNullable<BoardConfig['led']>): StatusLed => {
    const led = new five.Led({ board, pin: wired.pin });
    return { show: (state) => (gone ? undefined : showOn(led, state)) };
  };
  const input = (wired: NonNullable<BoardConfig['button']>): Switch => {
    const button = new five.Button({ board, pin: wired.pin, isPullup: wired.pullup });
    return {
      onChange(call) {
        button.on('down', () => call(true));
        button.on('up', () => call(false));
      },
    };
  };
  const levelSensor = (wired: NonNullable<BoardConfig['level']>): LevelSensor => {
    const sensor = new five.Sensor({ board, pin: wired.pin, freq: sampleMs });
    const readings: { at: number; value: number }[] = [];
    sensor.on('data', () => {
      readings.push({ at: monotonic(), value: sensor.raw });
      if (readings.length > samples) readings.shift();
    });
    return {
      heardAt: wired.heardAt,
      read() {
        const recent = readings.filter(({ at }) => monotonic() - at < staleMs);
        if (gone || recent.length === 0) return;
        return recent.reduce((sum, { value }) => sum + value, 0) / recent.length;
      },
    };
  };
  return {
    ...(config.relay ? { amplifier: amplifier(config.relay) } : {}),
    ...(config.led ? { led: statusLed(config.led) } : {}),
    ...(config.button ? { testButton: input(config.button) } : {}),
    ...(config.override ? { override: input(config.override) } : {}),
    ...(config.level ? { level: levelSensor(config.level) } : {}),
  };
}

function answered(side: EventEmitter, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown): void => {
      clearTimeout(timer);
      reject(worldError('board-silent', 'the board does not answer', {}, cause));
    };
    const timer = setTimeout(fail, timeoutMs);
    side.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
    // Stays, so that a later error is not an uncaught one; the parts notice by themselves.
    side.on('error', fail);
  });
}

interface Lamp {
  on(): void;
  off(): void;
  blink(milliseconds: number): void;
  stop(): Lamp;
}

/** One lamp says it all: steady is well, slow is without a link, fast is broken, dark is stopped or off. */
function showOn(led: Lamp, state: Parameters<StatusLed['show']>[0]): void {
  led.stop();
  if (state === 'ready' || state === 'playing') led.on();
  else if (state === 'offline') led.blink(1_000);
  else if (state === 'fault') led.blink(150);
  else led.off();
}
