import type { ModuleTwin } from './module-twin.js';

/** An analog pin: counts of the ADC, 0 to 1023, or what they are at a moment of the twin's monotonic clock. */
export type AnalogSource = number | ((monotonic: number) => number);

/** A board with pins that the world holds, presses and watches. Digital pins count from 0, analog channels too. */
export interface BoardTwin extends ModuleTwin {
  /** Level of a pin, whoever makes it. */
  level(pin: number): boolean;
  /** Calls at every change of a pin's level: the relay, the lamp, a switch. */
  onPin(call: (pin: number, level: boolean) => void): void;
  /** Something outside holds a pin at a level; `undefined`: nothing does. It outlives the power of the board. */
  drive(pin: number, level: boolean | undefined): void;
  /** Somebody presses (or lets go) a switch between a pin and ground. */
  press(pin: number, pressed: boolean): void;
  setAnalog(channel: number, source: AnalogSource): void;
}
