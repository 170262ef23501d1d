import { EventEmitter } from 'node:events';
import type { BoardTransport } from '../peripherals/board/board.js';

/*
 * The twin of a board with StandardFirmata, in the bytes of Firmata 2.5
 * (https://github.com/firmata/protocol/blob/master/protocol.md).
 */
const startSysex = 0xf0;
const endSysex = 0xf7;
const digitalPins = 14;
const analogPins = 6;
const modes = { input: 0, output: 1, analog: 2, pwm: 3, pullup: 11 } as const;

/** A board on a wire that exists in memory only. */
export class FirmataTwin extends EventEmitter implements BoardTransport {
  /** Level of each digital pin, as the host set it or as the world does. */
  readonly levels = new Map<number, boolean>();
  readonly modes = new Map<number, number>();
  readonly analog = new Map<number, number>();
  answers = true;
  #sysex: number[] | undefined;
  #command: number[] = [];
  readonly #reportsAnalog = new Set<number>();
  readonly #driven = new Set<number>();
  readonly #reportsPort = new Set<number>();
  readonly #ticking: NodeJS.Timeout;

  constructor() {
    super();
    this.#ticking = setInterval(() => this.#sample(), 20);
  }

  write(bytes: Buffer, done?: (error?: Error | null) => void): boolean {
    for (const byte of bytes) this.#take(byte);
    setImmediate(() => done?.());
    return true;
  }

  unplug(): void {
    clearInterval(this.#ticking);
    this.answers = false;
    this.emit('close');
  }

  /** Somebody presses (or lets go) what is wired to a pin. */
  drive(pin: number, level: boolean): void {
    this.#driven.add(pin);
    this.#change(pin, level);
  }

  #change(pin: number, level: boolean): void {
    this.levels.set(pin, level);
    const port = pin >> 3;
    if (this.#reportsPort.has(port)) this.#sendPort(port);
  }

  #take(byte: number): void {
    if (byte === startSysex) this.#sysex = [];
    else if (byte === endSysex && this.#sysex) {
      this.#query(this.#sysex);
      this.#sysex = undefined;
    } else if (this.#sysex) this.#sysex.push(byte);
    else {
      if (byte >= 0x80) this.#command = [];
      this.#command.push(byte);
      if (this.#act(this.#command)) this.#command = [];
    }
  }

  #query([kind, ...rest]: number[]): void {
    if (kind === 0x79)
      this.#send(startSysex, 0x79, 2, 5, ...[...'Twin'].flatMap((c) => [c.charCodeAt(0), 0]), endSysex);
    else if (kind === 0x6b) {
      const digital = [modes.input, 1, modes.output, 1, modes.pullup, 1, modes.pwm, 8, 0x7f];
      const analog = [modes.input, 1, modes.output, 1, modes.analog, 10, 0x7f];
      const pins = [...Array(digitalPins).fill(digital), ...Array(analogPins).fill(analog)] as number[][];
      this.#send(startSysex, 0x6c, ...pins.flat(), endSysex);
    } else if (kind === 0x69) {
      const channels = [...Array<number>(digitalPins).fill(0x7f), ...Array(analogPins).keys()];
      this.#send(startSysex, 0x6a, ...channels, endSysex);
    } else if (kind === 0x6d) this.#send(startSysex, 0x6e, rest[0] ?? 0, modes.output, 0, endSysex);
  }

  #act([command = 0, first = 0, second]: number[]): boolean {
    if (command === 0xf9) this.#send(0xf9, 2, 5);
    else if (command === 0xff) this.modes.clear();
    else if ((command & 0xf0) === 0xc0) {
      if (this.#command.length < 2) return false;
      if (first) this.#reportsAnalog.add(command & 0x0f);
    } else if ((command & 0xf0) === 0xd0) {
      if (this.#command.length < 2) return false;
      this.#reportsPort.add(command & 0x0f);
      this.#sendPort(command & 0x0f);
    } else {
      if (second === undefined) return false;
      if (command === 0xf4) {
        this.modes.set(first, second);
        if (second === modes.pullup && !this.levels.has(first)) this.levels.set(first, true);
      } else if (command === 0xf5) this.levels.set(first, second === 1);
      // Any duty above none is on, for a twin without a dimmer.
      else if ((command & 0xf0) === 0xe0) this.levels.set(command & 0x0f, (first | (second << 7)) > 0);
      else if ((command & 0xf0) === 0x90) this.#setPort(command & 0x0f, first | (second << 7));
    }
    return true;
  }

  #setPort(port: number, mask: number): void {
    for (let bit = 0; bit < 8; bit++) {
      const pin = port * 8 + bit;
      const on = (mask & (1 << bit)) !== 0;
      const mode = this.modes.get(pin) ?? modes.output;
      // StandardFirmata starts with every pin as an output; writing high to an input turns its pull-up on.
      if (mode === modes.output) this.levels.set(pin, on);
      else if (mode === modes.input && on && !this.#driven.has(pin)) this.#change(pin, true);
    }
  }

  #sendPort(port: number): void {
    let mask = 0;
    for (let bit = 0; bit < 8; bit++) if (this.levels.get(port * 8 + bit)) mask |= 1 << bit;
    this.#send(0x90 | port, mask & 0x7f, mask >> 7);
  }

  #sample(): void {
    for (const channel of this.#reportsAnalog) {
      const value = this.analog.get(channel) ?? 0;
      this.#send(0xe0 | channel, value & 0x7f, value >> 7);
    }
  }

  #send(...bytes: number[]): void {
    if (this.answers) setImmediate(() => this.emit('data', Buffer.from(bytes)));
  }
}
