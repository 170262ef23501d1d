import { createRequire } from 'node:module';
import type { Cancel, Clock } from '@xiaolaba/device';
import {
  ADCMuxInputType,
  AVRADC,
  AVRIOPort,
  AVRTimer,
  AVRUSART,
  adcConfig,
  avrInstruction,
  CPU,
  PinState,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  usart0Config,
} from 'avr8js';
import type { AnalogSource, BoardTwin } from './board-twin.js';

// Its types tell of a default export that it does not have for us.
const MemoryMap = createRequire(import.meta.url)('nrf-intel-hex') as typeof import('nrf-intel-hex').default;

/** An Arduino Uno: ATmega328P at 16 MHz. */
const hertz = 16_000_000;
const flashBytes = 0x8000;
const firstOfPort = { D: 0, B: 8, C: 14 } as const;
const pinCount = 20;

/** The processor runs for this long at a time, then everybody else has a turn; in milliseconds of its own time. */
const sliceMs = 2;
/** A host that is too slow for real time makes the board slow, not hasty afterwards. */
const behindMs = 20;
const cyclesPerMs = hertz / 1_000;

/** What power makes of the image, and what is gone with it. */
interface Machine {
  readonly cpu: CPU;
  readonly usart: AVRUSART;
  readonly ports: readonly { readonly first: number; readonly port: AVRIOPort }[];
  /** Cycles and time that the pace counts from. */
  from: { cycles: number; at: number };
}

/**
 * A board that runs its real firmware: the processor is emulated instruction by instruction in this process, at the
 * pace of the clock where this machine is fast enough. It takes most of a core while it has power.
 */
export class AvrBoard implements BoardTwin {
  readonly protocol = 'firmata';
  readonly #program: Uint16Array;
  #machine: Machine | undefined;
  #next: Cancel | undefined;
  readonly #driven = new Map<number, boolean>();
  readonly #analog = new Map<number, AnalogSource>();
  readonly #levels = new Map<number, boolean>();
  #toBoard: number[] = [];
  #toHost: number[] = [];
  #out: (bytes: Uint8Array) => void = () => {};
  readonly #watchers: ((pin: number, level: boolean) => void)[] = [];

  /** @param image Intel HEX */
  constructor(
    image: string,
    private readonly clock: Clock,
  ) {
    const flash = MemoryMap.fromHex(image).slicePad(0, flashBytes, 0xff);
    this.#program = new Uint16Array(flash.buffer, flash.byteOffset, flashBytes / 2);
  }

  /** As the firmware has set its serial port; 0 without power. */
  get baud(): number {
    return this.#machine?.usart.baudRate ?? 0;
  }

  setPowered(on: boolean): void {
    this.#next?.();
    this.#next = undefined;
    this.#machine = undefined;
    this.#toBoard = [];
    this.#toHost = [];
    if (on) {
      this.#machine = this.#build();
      this.#run(this.#machine);
    } else this.#settle();
  }

  receive(bytes: Uint8Array): void {
    if (!this.#machine) return;
    this.#toBoard.push(...bytes);
    this.#feed(this.#machine);
  }

  onSend(call: (bytes: Uint8Array) => void): void {
    this.#out = call;
  }

  level(pin: number): boolean {
    return this.#levels.get(pin) ?? false;
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

  #build(): Machine {
    const cpu = new CPU(Uint16Array.from(this.#program));
    for (const config of [timer0Config, timer1Config, timer2Config]) new AVRTimer(cpu, config);
    const ports = [
      { first: firstOfPort.D, port: new AVRIOPort(cpu, portDConfig) },
      { first: firstOfPort.B, port: new AVRIOPort(cpu, portBConfig) },
      { first: firstOfPort.C, port: new AVRIOPort(cpu, portCConfig) },
    ];
    for (const { port } of ports) port.addListener(() => this.#settle());
    const adc = new AVRADC(cpu, adcConfig);
    adc.onADCRead = (input) => {
      const value = input.type === ADCMuxInputType.SingleEnded ? this.#reading(input.channel) : 0;
      cpu.addClockEvent(() => adc.completeADCRead(value), adc.sampleCycles);
    };
    const usart = new AVRUSART(cpu, usart0Config, hertz);
    const machine: Machine = { cpu, usart, ports, from: { cycles: 0, at: this.clock.monotonic() } };
    usart.onByteTransmit = (byte) => this.#toHost.push(byte);
    usart.onRxComplete = () => this.#feed(machine);
    return machine;
  }

  #reading(channel: number): number {
    const source = this.#analog.get(channel) ?? 0;
    const value = typeof source === 'number' ? source : source(this.clock.monotonic());
    return Math.max(0, Math.min(1023, Math.round(value)));
  }

  /** One byte after the other, each at the speed of the serial port. A port that is off hears nothing. */
  #feed({ usart }: Machine): void {
    while (this.#toBoard.length > 0 && !usart.rxEnable) this.#toBoard.shift();
    const [byte] = this.#toBoard;
    if (byte !== undefined && usart.writeByte(byte)) this.#toBoard.shift();
  }

  #run(machine: Machine): void {
    if (machine !== this.#machine) return;
    const { cpu, from } = machine;
    const due = from.cycles + (this.clock.monotonic() - from.at) * cyclesPerMs;
    if (due - cpu.cycles > behindMs * cyclesPerMs) {
      machine.from = { cycles: cpu.cycles, at: this.clock.monotonic() - behindMs };
    }
    const until = Math.min(due, cpu.cycles + sliceMs * cyclesPerMs);
    while (cpu.cycles < until) {
      avrInstruction(cpu);
      cpu.tick();
    }
    this.#settle();
    if (this.#toHost.length > 0) {
      this.#out(Uint8Array.from(this.#toHost));
      this.#toHost = [];
    }
    if (cpu.cycles < due) setImmediate(() => this.#run(machine));
    else this.#next = this.clock.after(1, () => this.#run(machine));
  }

  /** Inputs get what is driven, or what their pull-up makes of nothing; watchers learn what has changed. */
  #settle(): void {
    if (!this.#machine) {
      for (let pin = 0; pin < pinCount; pin++) this.#note(pin, this.#driven.get(pin) ?? false);
      return;
    }
    for (const { first, port } of this.#machine.ports) {
      for (let bit = 0; bit < 8 && first + bit < pinCount; bit++) {
        const pin = first + bit;
        if (pin >= firstOfPort.C && first !== firstOfPort.C) break;
        const state = port.pinState(bit);
        const isOutput = state === PinState.High || state === PinState.Low;
        const level = isOutput ? state === PinState.High : (this.#driven.get(pin) ?? state === PinState.InputPullUp);
        const seen = (this.#machine.cpu.data[port.portConfig.PIN] ?? 0) & (1 << bit);
        if (!isOutput && level !== seen > 0) port.setPin(bit, level);
        this.#note(pin, level);
      }
    }
  }

  #note(pin: number, level: boolean): void {
    if (level === this.level(pin)) return;
    this.#levels.set(pin, level);
    for (const watch of this.#watchers) watch(pin, level);
  }
}
