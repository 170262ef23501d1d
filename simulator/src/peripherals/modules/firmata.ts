import type { Cancel, Clock } from '@xiaolaba/device';
import type { AnalogSource, BoardTwin } from './board-twin.js';

/*
 * Firmata 2.5 as StandardFirmata speaks it on an Arduino Uno:
 * https://github.com/firmata/protocol/blob/master/protocol.md
 */
const startSysex = 0xf0;
const endSysex = 0xf7;
const modes = { input: 0, output: 1, analog: 2, pwm: 3, pullup: 11 } as const;
const noChannel = 0x7f;
const endOfPin = 0x7f;

const pinCount = 20;
const firstAnalog = 14;
const pwmPins = [3, 5, 6, 9, 10, 11];
/** These two are the serial line. */
const isWired = (pin: number): boolean => pin >= 2 && pin < pinCount;

const dataBytes = new Map([
  [0x90, 2],
  [0xc0, 1],
  [0xd0, 1],
  [0xe0, 2],
  [0xf4, 2],
  [0xf5, 2],
  [0xf9, 0],
  [0xff, 0],
]);
/** Longer ones are dropped by the firmware. */
const maxSysex = 64;

/** Boot loader and blinking, in milliseconds. */
const bootMs = 500;
const usualSamplingMs = 19;

export interface FirmataOptions {
  /** As the firmware tells it. */
  readonly firmware?: string;
  readonly version?: readonly [major: number, minor: number];
}

/** The twin of an Arduino Uno with StandardFirmata. Switched off at first. */
export class FirmataTwin implements BoardTwin {
  readonly protocol = 'firmata';
  /** While false, it takes bytes and says nothing. */
  answers = true;
  #running = false;
  #booting: Cancel | undefined;
  #sampling: Cancel | undefined;
  #samplingMs = usualSamplingMs;
  readonly #modes = new Map<number, number>();
  /** What the host wrote: level or duty of an output. */
  readonly #written = new Map<number, number>();
  /** What the world does to a pin; it outlives the power of the board. */
  readonly #driven = new Map<number, boolean>();
  readonly #analog = new Map<number, AnalogSource>();
  readonly #reportsAnalog = new Set<number>();
  readonly #reportsPort = new Set<number>();
  readonly #levels = new Map<number, boolean>();
  #message: number[] = [];
  #sysex: number[] | undefined;
  #out: (bytes: Uint8Array) => void = () => {};
  readonly #watchers: ((pin: number, level: boolean) => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly options: FirmataOptions = {},
  ) {}

  setPowered(on: boolean): void {
    this.#booting?.();
    this.#booting = undefined;
    this.#running = false;
    this.#reset();
    this.#modes.clear();
    this.#settle();
    if (on) this.#booting = this.clock.after(bootMs, () => this.#boot());
  }

  receive(bytes: Uint8Array): void {
    if (!this.#running) return;
    for (const byte of bytes) this.#take(byte);
  }

  onSend(call: (bytes: Uint8Array) => void): void {
    this.#out = call;
  }

  level(pin: number): boolean {
    return this.#levels.get(pin) ?? false;
  }

  /** What the host made of a pin: 0 input, 1 output, 2 analog, 3 PWM, 11 input with pull-up. */
  mode(pin: number): number | undefined {
    return this.#modes.get(pin);
  }

  onPin(call: (pin: number, level: boolean) => void): void {
    this.#watchers.push(call);
  }

  drive(pin: number, level: boolean | undefined): void {
    if (level === undefined) this.#driven.delete(pin);
    else this.#driven.set(pin, level);
    this.#settle();
  }

  press(pin: number, pressed: boolean): void {
    this.drive(pin, pressed ? false : undefined);
  }

  setAnalog(channel: number, source: AnalogSource): void {
    this.#analog.set(channel, source);
  }

  #boot(): void {
    this.#running = true;
    this.#reset();
    this.#sendVersion();
    this.#sendFirmware();
  }

  #reset(): void {
    this.#sampling?.();
    this.#sampling = undefined;
    this.#samplingMs = usualSamplingMs;
    this.#reportsAnalog.clear();
    this.#reportsPort.clear();
    this.#written.clear();
    this.#message = [];
    this.#sysex = undefined;
    for (let pin = 2; pin < pinCount; pin++) this.#modes.set(pin, pin < firstAnalog ? modes.output : modes.analog);
    this.#settle();
  }

  #take(byte: number): void {
    if (this.#sysex) {
      if (byte === endSysex) {
        const [kind, ...rest] = this.#sysex;
        this.#sysex = undefined;
        if (rest.length < maxSysex) this.#query(kind, rest);
      } else this.#sysex.push(byte);
      return;
    }
    if (byte === startSysex) this.#sysex = [];
    else if (byte >= 0x80) this.#message = [byte];
    else this.#message.push(byte);
    const [command, first = 0, second = 0] = this.#message;
    if (command === undefined || command < 0x80) return;
    const kind = command < 0xf0 ? command & 0xf0 : command;
    if (this.#message.length - 1 !== dataBytes.get(kind)) return;
    this.#message = [];
    this.#act(kind, command & 0x0f, first, second);
  }

  #act(kind: number, index: number, first: number, second: number): void {
    const value = first | (second << 7);
    if (kind === 0xf9) this.#sendVersion();
    else if (kind === 0xff) this.#reset();
    else if (kind === 0xf4) this.#setMode(first, second);
    else if (kind === 0xf5) this.#writePin(first, second);
    else if (kind === 0xe0) this.#writeDuty(index, value);
    else if (kind === 0x90) {
      for (let bit = 0; bit < 8; bit++) this.#writePin(index * 8 + bit, (value >> bit) & 1);
    } else if (kind === 0xc0) this.#reportAnalog(index, first > 0);
    else if (kind === 0xd0) {
      if (first > 0) this.#reportsPort.add(index);
      else this.#reportsPort.delete(index);
      if (first > 0) this.#sendPort(index);
    }
    this.#settle();
  }

  #setMode(pin: number, mode: number): void {
    if (!isWired(pin)) return;
    this.#modes.set(pin, mode);
    this.#written.set(pin, mode === modes.pullup ? 1 : 0);
  }

  #writePin(pin: number, level: number): void {
    const mode = this.#modes.get(pin);
    if (mode === modes.output) this.#written.set(pin, level);
    // How hosts of old asked for a pull-up. It can't be taken back this way.
    else if (mode === modes.input && level === 1) this.#written.set(pin, 1);
  }

  #writeDuty(pin: number, duty: number): void {
    if (this.#modes.get(pin) === modes.pwm) this.#written.set(pin, duty);
  }

  #query(kind: number | undefined, rest: readonly number[]): void {
    const [first = 0, second = 0, third = 0] = rest;
    if (kind === 0x79) this.#sendFirmware();
    else if (kind === 0x6b) this.#send(startSysex, 0x6c, ...allPins.flatMap(capability), endSysex);
    else if (kind === 0x69) this.#send(startSysex, 0x6a, ...allPins.map(channelOf), endSysex);
    else if (kind === 0x6d && isWired(first)) {
      const state = this.#written.get(first) ?? 0;
      this.#send(startSysex, 0x6e, first, this.#modes.get(first) ?? 0, state & 0x7f, ...high(state), endSysex);
    } else if (kind === 0x6f) this.#writeDuty(first, second | (third << 7));
    else if (kind === 0x7a) this.#samplingMs = Math.max(1, first | (second << 7));
    this.#settle();
  }

  #reportAnalog(channel: number, on: boolean): void {
    if (firstAnalog + channel >= pinCount) return;
    if (!on) {
      this.#reportsAnalog.delete(channel);
      return;
    }
    this.#reportsAnalog.add(channel);
    this.#sendAnalog(channel);
    if (!this.#sampling) this.#sample();
  }

  #sample(): void {
    this.#sampling = this.clock.after(this.#samplingMs, () => {
      for (const channel of this.#reportsAnalog) this.#sendAnalog(channel);
      this.#sample();
    });
  }

  #sendAnalog(channel: number): void {
    const source = this.#analog.get(channel) ?? 0;
    const reading = typeof source === 'number' ? source : source(this.clock.monotonic());
    const value = Math.max(0, Math.min(1023, Math.round(reading)));
    this.#send(0xe0 | channel, value & 0x7f, value >> 7);
  }

  /** Brings levels, watchers and reports in line with what is written and driven. */
  #settle(): void {
    const ports = new Set<number>();
    for (const pin of allPins) {
      const level = this.#levelOf(pin);
      if (level === this.level(pin)) continue;
      this.#levels.set(pin, level);
      if (this.#isInput(pin)) ports.add(pin >> 3);
      for (const watch of this.#watchers) watch(pin, level);
    }
    for (const port of ports) if (this.#reportsPort.has(port)) this.#sendPort(port);
  }

  #levelOf(pin: number): boolean {
    const mode = this.#modes.get(pin);
    const written = (this.#written.get(pin) ?? 0) > 0;
    // A lamp at any duty is lit, for who only asks whether it is.
    if (mode === modes.output || mode === modes.pwm) return written;
    return this.#driven.get(pin) ?? written;
  }

  #isInput(pin: number): boolean {
    const mode = this.#modes.get(pin);
    return mode === modes.input || mode === modes.pullup;
  }

  #sendPort(port: number): void {
    let mask = 0;
    for (let bit = 0; bit < 8; bit++) {
      const pin = port * 8 + bit;
      if (this.#isInput(pin) && this.level(pin)) mask |= 1 << bit;
    }
    this.#send(0x90 | port, mask & 0x7f, mask >> 7);
  }

  #sendVersion(): void {
    const [major, minor] = this.options.version ?? [2, 5];
    this.#send(0xf9, major, minor);
  }

  #sendFirmware(): void {
    const [major, minor] = this.options.version ?? [2, 5];
    const name = Buffer.from(this.options.firmware ?? 'StandardFirmata.ino', 'latin1');
    this.#send(startSysex, 0x79, major, minor, ...[...name].flatMap((byte) => [byte & 0x7f, byte >> 7]), endSysex);
  }

  #send(...bytes: number[]): void {
    if (this.answers && this.#running) this.#out(Uint8Array.from(bytes));
  }
}

const allPins = [...Array(pinCount).keys()];
const high = (state: number): number[] => (state > 0x7f ? [state >> 7] : []);
const channelOf = (pin: number): number => (pin < firstAnalog ? noChannel : pin - firstAnalog);

/** Modes of a pin, each with its resolution in bits. */
function capability(pin: number): number[] {
  if (!isWired(pin)) return [endOfPin];
  return [
    ...[modes.input, 1, modes.pullup, 1, modes.output, 1],
    ...(pin >= firstAnalog ? [modes.analog, 10] : []),
    ...(pwmPins.includes(pin) ? [modes.pwm, 8] : []),
    endOfPin,
  ];
}
