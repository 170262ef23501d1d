import { EventEmitter } from 'node:events';
import type { Firmata } from 'firmata-io';

const noChannel = 127;

/** What a board can do, as far as it decides what a pin is. */
export const layoutOf = ({ pins }: Firmata): string =>
  JSON.stringify(pins.map(({ supportedModes, analogChannel }) => [supportedModes, analogChannel]));

/**
 * What johnny-five takes for its board. It stays while one Firmata after the other comes and goes: johnny-five keeps
 * every board and part for ever, so that new ones at every plug would fill the memory.
 *
 * It knows how every pin is meant to be, and brings a board that comes back to it in the order in which the pins were
 * first named.
 */
export class BoardIo extends EventEmitter {
  /** johnny-five reads `A0` only of a board of this name. */
  readonly name = 'Firmata';
  readonly isReady = true;
  readonly HIGH = 1;
  readonly LOW = 0;
  readonly MODES: Firmata['MODES'];
  readonly RESOLUTION: Firmata['RESOLUTION'];
  readonly pins: Firmata['pins'];
  readonly analogPins: Firmata['analogPins'];
  #firmata: Firmata | undefined;
  readonly #modes = new Map<number, number>();
  readonly #levels = new Map<number, number>();
  readonly #duties = new Map<number, number>();
  readonly #inputs = new Map<number, (level: number) => void>();
  readonly #readings = new Map<number, (value: number) => void>();

  /** @param first a board that is ready */
  constructor(first: Firmata) {
    super();
    this.MODES = first.MODES;
    this.RESOLUTION = first.RESOLUTION;
    this.pins = first.pins;
    this.analogPins = first.analogPins;
  }

  attach(firmata: Firmata): void {
    this.#firmata = firmata;
    for (const [pin, mode] of this.#modes) {
      firmata.pinMode(pin, mode);
      const level = this.#levels.get(pin);
      const duty = this.#duties.get(pin);
      if (level !== undefined) this.#write(firmata, pin, level);
      if (duty !== undefined) firmata.pwmWrite(pin, duty);
    }
    for (const [pin, call] of this.#inputs) firmata.digitalRead(pin, call);
    for (const [channel, call] of this.#readings) firmata.analogRead(channel, call);
  }

  detach(): void {
    this.#firmata = undefined;
  }

  /** Index of a pin: a digital pin is its own, `A0` the first analog one. `undefined`: this board has none such. */
  pinOf(pin: number | string): number | undefined {
    if (typeof pin === 'string') return this.analogPins[Number(pin.slice(1))];
    return this.pins[pin]?.supportedModes.length ? pin : undefined;
  }

  /** Analog channel of a pin; a small number is the channel itself. */
  channelOf(pin: number | string): number | undefined {
    const channel = typeof pin === 'string' ? Number(pin.slice(1)) : (this.pins[pin]?.analogChannel ?? noChannel);
    const found = typeof pin === 'number' && channel === noChannel ? pin : channel;
    return this.analogPins[found] === undefined ? undefined : found;
  }

  /** What johnny-five is to be told: it takes the plain number 14 of an Uno for pin 0. */
  nameOf(index: number): number | string {
    const channel = this.analogPins.indexOf(index);
    return channel < 0 ? index : `A${channel}`;
  }

  pinMode(pin: number, mode: number): void {
    this.#modes.set(pin, mode);
    this.#firmata?.pinMode(pin, mode);
  }

  digitalWrite(pin: number, level: number): void {
    this.#levels.set(pin, level);
    if (this.#firmata) this.#write(this.#firmata, pin, level);
  }

  analogWrite(pin: number, duty: number): void {
    this.#duties.set(pin, duty);
    this.#firmata?.pwmWrite(pin, duty);
  }

  /** Reports the level of a pin at every message about its port, changed or not. */
  input(pin: number, pullup: boolean, call: (level: number) => void): void {
    const { INPUT, PULLUP } = this.MODES;
    const has = this.pins[pin]?.supportedModes.includes(PULLUP);
    this.pinMode(pin, pullup && has ? PULLUP : INPUT);
    // Firmware before 2.5 knows no other way.
    if (pullup && !has) this.digitalWrite(pin, this.HIGH);
    this.#inputs.set(pin, call);
    this.#firmata?.digitalRead(pin, call);
  }

  /** Reports every reading of an analog channel. */
  readings(channel: number, call: (value: number) => void): void {
    this.#readings.set(channel, call);
    this.#firmata?.analogRead(channel, call);
  }

  #write(firmata: Firmata, pin: number, level: number): void {
    // A port is written whole, and firmata-io keeps what it read of a pressed switch in it: that would turn pull-ups off.
    for (const [input, high] of this.#levels) {
      if (high && this.#modes.get(input) === this.MODES.INPUT) {
        const port = input >> 3;
        firmata.ports[port] = (firmata.ports[port] ?? 0) | (1 << (input & 7));
      }
    }
    firmata.digitalWrite(pin, level);
  }
}
