import { bugError, errorText, worldError } from '@xiaolaba/protocol';
import type { Firmata } from 'firmata-io';
import type { Led, Relay } from 'johnny-five';
import type { BoardConfig } from '../../config/config.js';
import type { Peripherals } from '../../ports/index.js';
import type { DriverParts, Finding, Health, HealthReason, ModuleDriver } from '../driver.js';
import { ModuleHealth } from '../module-health.js';
import { BoardIo, layoutOf } from './board-io.js';
import { DebouncedSwitch } from './debounced-switch.js';
import { FirmataSession } from './firmata-session.js';
import { Readings } from './readings.js';
import { StatusLamp } from './status-lamp.js';

/** What is wired to the pins of a board. */
export type BoardWiring = Omit<BoardConfig, 'port' | 'baud'>;

export interface BoardDriver extends ModuleDriver {
  /** They stay the same over unplugging. `amplifier.set` rejects with XiaolabaError (world) `board-gone` meanwhile. */
  readonly parts: Pick<Peripherals, 'amplifier' | 'led' | 'level' | 'testButton' | 'override' | 'caseOpen'>;
}

/** How long a probe waits for an answer, in milliseconds. */
const probeMs = 2_000;

type Libraries = readonly [typeof import('johnny-five'), typeof import('firmata-io')];

/** What johnny-five moves, once a board has told what pins it has. */
interface Wired {
  readonly layout: string;
  readonly io: BoardIo;
  readonly relay?: Relay;
  readonly led?: Led;
}

/**
 * A board with StandardFirmata (Firmata 2.x) and what is wired to it. Works without the board, and comes up whenever
 * the board does: the relay opens first, the lamp shows what it showed, the switches tell what has changed.
 */
export function openBoardDriver(parts: DriverParts, config: BoardWiring): BoardDriver {
  return new FirmataBoard(parts, config);
}

class FirmataBoard implements BoardDriver {
  readonly parts: BoardDriver['parts'];
  readonly #health: ModuleHealth;
  /** First bytes of what is no board of ours, hexadecimal. */
  #got = '';
  #libraries: Libraries | undefined;
  #session: FirmataSession | undefined;
  #wired: Wired | undefined;
  #online = false;
  #closed = false;
  readonly #lamp: StatusLamp | undefined;
  readonly #level: Readings | undefined;
  readonly #switches: readonly {
    readonly input: DebouncedSwitch;
    readonly wired: { readonly pin: number | string; readonly pullup: boolean; readonly onWhen: 'held' | 'free' };
  }[];

  constructor(
    private readonly driver: DriverParts,
    private readonly config: BoardWiring,
  ) {
    const { line, clock, log } = driver;
    const { relay, led, level, button, override, case: lid } = config;
    const input = (wired: typeof button, onWhen: 'held' | 'free' = 'held') =>
      wired ? [{ input: new DebouncedSwitch(clock), wired: { ...wired, onWhen } }] : [];
    // The lid holds its switch: open it, or cut its wire, and the switch is free.
    const [testButton, taken, caseOpen] = [input(button), input(override), input(lid, 'free')];
    this.#switches = [...testButton, ...taken, ...caseOpen];
    this.#lamp = led ? new StatusLamp(clock, (lit) => this.#light(lit)) : undefined;
    this.#level = level ? new Readings(level, () => clock.monotonic()) : undefined;
    this.parts = {
      ...(relay ? { amplifier: { wakeMs: relay.wakeMs, set: (on) => this.#switch(on) } } : {}),
      ...(this.#lamp ? { led: this.#lamp } : {}),
      ...(this.#level ? { level: this.#level } : {}),
      ...(testButton[0] ? { testButton: testButton[0].input } : {}),
      ...(taken[0] ? { override: taken[0].input } : {}),
      ...(caseOpen[0] ? { caseOpen: caseOpen[0].input } : {}),
    };
    this.#health = new ModuleHealth(line.isUp ? 'starting' : 'unplugged');
    line.onData((bytes) => this.#session?.transport.receive(bytes));
    line.onState((isUp) => {
      if (isUp) {
        this.#tell('starting');
        this.#begin();
      } else this.#lost('unplugged');
    });
    // Heavy, and of no use to a device without a board.
    Promise.all([import('johnny-five'), import('firmata-io')]).then(
      (libraries) => {
        this.#libraries = libraries;
        this.#begin();
      },
      (error: unknown) => {
        log.error({ error: errorText(error) }, 'johnny-five or firmata-io can not be loaded');
        this.#tell('fault');
      },
    );
  }

  get health(): Health {
    return this.#health.current;
  }

  onHealth(call: (health: Health) => void): void {
    this.#health.onChange(call);
  }

  async probe(): Promise<readonly Finding[]> {
    const session = this.#session;
    if (!this.driver.line.isUp) return [{ ok: false, code: 'unplugged' }];
    if (this.health === 'wrong-module') return [{ ok: false, code: 'wrong-module', details: { got: this.#got } }];
    if (!this.#online || !session || !(await session.answers(probeMs))) return [{ ok: false, code: 'no-answer' }];
    const { firmware, version } = session.firmata;
    const value = this.#level?.read();
    return [
      { ok: true, code: 'answers', details: { module: 'Firmata' } },
      { ok: true, code: 'version', details: { text: `${firmware.name ?? '?'} ${version.major}.${version.minor}` } },
      ...(value === undefined
        ? []
        : [{ ok: true, code: 'reading', details: { value: Math.round(value), unit: 'ADC' } } as const]),
    ];
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#online) {
      this.#wired?.relay?.open();
      this.#wired?.led?.off();
      await this.#session?.transport.written.catch(() => {});
    }
    this.#leave();
    await this.driver.line.close();
  }

  #begin(): void {
    if (this.#closed || this.#session || !this.#libraries || !this.driver.line.isUp) return;
    const { line, clock } = this.driver;
    this.#session = new FirmataSession(this.#libraries[1].default.Firmata, line, clock, {
      ready: (firmata) => this.#ready(firmata),
      lost: (reason) => {
        this.#lost(reason);
        this.#begin();
      },
    });
  }

  #ready(firmata: Firmata): void {
    const { log } = this.driver;
    try {
      const layout = layoutOf(firmata);
      if (this.#wired?.layout !== layout) this.#wired = this.#wire(firmata, layout);
      this.#wired.io.attach(firmata);
      this.#online = true;
      this.#lamp?.attach();
      log.info({ firmware: firmata.firmware.name, ...firmata.version }, 'the board is up');
      this.#tell(undefined);
    } catch (error) {
      // Trying the same board again would end the same way: it waits for another, or for a restart of this one.
      log.error({ error: errorText(error) }, 'the board can not be what is configured');
      this.#got = this.#session?.transport.first.hex ?? '';
      this.#tell('wrong-module');
    }
  }

  #lost(reason: HealthReason): void {
    if (reason === 'wrong-module') this.#got = this.#session?.transport.first.hex ?? '';
    this.#leave();
    this.#tell(reason);
  }

  #leave(): void {
    this.#session?.end();
    this.#session = undefined;
    this.#online = false;
    this.#lamp?.detach();
    this.#level?.clear();
    for (const { input } of this.#switches) input.lose();
    this.#wired?.io.detach();
    // Nobody knows what was said meanwhile: the amplifier stays off until it is wanted anew.
    this.#wired?.relay?.open();
  }

  /** @throws XiaolabaError `board-pin` */
  #wire(firmata: Firmata, layout: string): Wired {
    if (!this.#libraries) throw bugError('board-early', 'johnny-five is not loaded yet');
    const five = this.#libraries[0].default;
    const { log } = this.driver;
    const { relay: relayOn, led: ledOn, level: levelOn } = this.config;
    const io = new BoardIo(firmata);
    const pinOf = (wired: { readonly pin: number | string }): number => found(io.pinOf(wired.pin), wired.pin);
    const relayPin = relayOn && pinOf(relayOn);
    const ledPin = ledOn && pinOf(ledOn);
    const inputs = this.#switches.map(({ input, wired }) => ({ input, ...wired, pin: pinOf(wired) }));
    const channel = levelOn && found(io.channelOf(levelOn.pin), levelOn.pin);

    // It ends the process when a board keeps it waiting: this one is ready before it is asked.
    const board = new five.Board({ io, repl: false, debug: false, sigint: false });
    board.on('error', (error: unknown) => log.error({ error: errorText(error) }, 'johnny-five failed'));
    const output = (pin: number): { board: typeof board; pin: number | string } => {
      // Only some of its parts do that.
      io.pinMode(pin, io.MODES.OUTPUT);
      return { board, pin: io.nameOf(pin) };
    };
    const type = relayOn?.contact === 'closed' ? 'NC' : 'NO';
    const relay = relayPin === undefined ? undefined : new five.Relay({ ...output(relayPin), type });
    relay?.open();
    const led = ledPin === undefined ? undefined : new five.Led(output(ledPin));
    for (const { input, pin, pullup, onWhen } of inputs)
      io.input(pin, pullup, (level) => input.see((level === (pullup ? io.LOW : io.HIGH)) === (onWhen === 'held')));
    if (channel !== undefined) io.readings(channel, (value) => this.#level?.take(value));
    return { layout, io, ...(relay ? { relay } : {}), ...(led ? { led } : {}) };
  }

  async #switch(on: boolean): Promise<void> {
    const relay = this.#wired?.relay;
    const session = this.#session;
    if (!this.#online || this.#closed || !relay || !session) throw worldError('board-gone', 'the board is away');
    if (on) relay.close();
    else relay.open();
    await session.transport.written.catch((cause: unknown) => {
      throw worldError('board-gone', 'the board is away', {}, cause);
    });
  }

  #light(lit: boolean): void {
    if (lit) this.#wired?.led?.on();
    else this.#wired?.led?.off();
  }

  #tell(health: Health): void {
    if (!this.#closed) this.#health.set(health);
  }
}

function found(index: number | undefined, pin: number | string): number {
  if (index === undefined) throw worldError('board-pin', 'the board has no such pin', { pin });
  return index;
}
