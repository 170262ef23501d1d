/*
 * Messages of Firmata 2.x (https://github.com/firmata/protocol/blob/master/protocol.md), read for people to look at:
 * the conversation itself is firmata-io's affair.
 */
const startSysex = 0xf0;
const endSysex = 0xf7;
/** Longer ones than any board sends are noise. */
const maxHeld = 1_024;

export interface FirmataFrame {
  readonly kind: string;
  readonly [field: string]: string | number | boolean;
}

const modes = [
  'input',
  'output',
  'analog',
  'pwm',
  'servo',
  'shift',
  'i2c',
  'onewire',
  'stepper',
  'encoder',
  'serial',
  'pullup',
];
const sysexKinds: Readonly<Record<number, string>> = {
  105: 'analog-mapping-query',
  106: 'analog-mapping',
  107: 'capability-query',
  108: 'capabilities',
  109: 'pin-state-query',
  110: 'pin-state',
  121: 'firmware',
  122: 'sampling-interval',
};
const dataBytes = (command: number): number => {
  const kind = command < 0xf0 ? command & 0xf0 : command;
  if (kind === 0xc0 || kind === 0xd0) return 1;
  return [0x90, 0xe0, 0xf4, 0xf5, 0xf9].includes(kind) ? 2 : 0;
};

/** Takes bytes as they come; total, and holds no more than a kilobyte. */
export class FirmataReader {
  #held: number[] = [];

  push(bytes: Uint8Array): { readonly frame: FirmataFrame; readonly hex: string }[] {
    const found: { frame: FirmataFrame; hex: string }[] = [];
    for (const byte of bytes) {
      if (byte >= 0x80 && byte !== endSysex) this.#held = [];
      this.#held.push(byte);
      if (this.#held.length > maxHeld) this.#held = [];
      if (!this.#isWhole) continue;
      const frame = read(this.#held);
      if (frame) found.push({ frame, hex: Buffer.from(this.#held).toString('hex') });
      this.#held = [];
    }
    return found;
  }

  get #isWhole(): boolean {
    const [command = 0] = this.#held;
    if (command === startSysex) return this.#held.at(-1) === endSysex;
    // The host asks for the version with the command alone.
    return this.#held.length > dataBytes(command) || (command === 0xf9 && this.#held.length === 1);
  }
}

function read(message: readonly number[]): FirmataFrame | undefined {
  const [command = 0, first = 0, second = 0] = message;
  if (command < 0x80) return;
  const index = command & 0x0f;
  const value = first | (second << 7);
  if (command === startSysex)
    return { kind: sysexKinds[first] ?? `sysex-${first.toString(16)}`, bytes: Math.max(0, message.length - 3) };
  if (command === 0xf9) return { kind: 'version' };
  if (command === 0xff) return { kind: 'reset' };
  if (command === 0xf4) return { kind: 'set-pin-mode', pin: first, mode: modes[second] ?? second };
  if (command === 0xf5) return { kind: 'set-digital-pin', pin: first, level: second === 1 };
  const kind = command & 0xf0;
  if (kind === 0xe0) return { kind: 'analog', channel: index, value };
  if (kind === 0x90) return { kind: 'digital', port: index, levels: value.toString(2).padStart(8, '0') };
  if (kind === 0xc0) return { kind: 'report-analog', channel: index, on: first === 1 };
  if (kind === 0xd0) return { kind: 'report-digital', port: index, on: first === 1 };
  return { kind: `command-${command.toString(16)}` };
}
