import { createHash } from 'node:crypto';
import { worldError } from '@xiaolaba/protocol';
import type { Cancel, Clock } from '../../ports/index.js';
import type { ByteLine } from '../driver.js';
import { codec, type Jt808Frame } from './codec.js';
import type { Edition } from './header.js';
import type { TextField } from './text-field.js';

/** How a message to the terminal is addressed: in the edition that it speaks itself. */
export interface Addressee {
  readonly edition: Edition;
  readonly phone: string;
  readonly protocolVersion?: number;
}
export const addresseeOf = ({ edition, phone, protocolVersion }: Jt808Frame): Addressee => ({
  edition,
  phone,
  ...(protocolVersion === undefined ? {} : { protocolVersion }),
});

/**
 * The authentication code that a terminal is given at registration, always the same for the same one: it keeps the code
 * for years, and shows it to a device that was restarted, or exchanged, meanwhile.
 */
export const authenticationCode = (platformName: string, phone: string): string =>
  createHash('sha256').update(`${platformName}\n${phone}`).digest('hex').slice(0, 16);

export const plainText = (field: TextField): string | undefined =>
  typeof field === 'string' ? field : 'text' in field ? field.text : undefined;

/** Messages without a header, as a driver thinks of them. */
export type Body = { readonly kind: Jt808Frame['kind'] } & Readonly<Record<string, unknown>>;

/** The standard leaves the time to a parameter of the terminal's; its bus is a cable, hence short. */
const answerMs = 5_000;
const tries = 3;

interface Waiting {
  readonly serial: number;
  isAnswer(frame: Jt808Frame): boolean;
  answered(frame: Jt808Frame): void;
}

/** Numbers what goes out, and finds the answer to it. One order at a time. */
export class Exchange {
  #serial = 0;
  #waiting: Waiting | undefined;
  #giveUp: (() => void) | undefined;

  constructor(
    private readonly line: ByteLine,
    private readonly clock: Clock,
  ) {}

  /** Without waiting for an answer; never rejects, since a line that went down says so itself. */
  async send(to: Addressee, body: Body): Promise<void> {
    const bytes = codec.encode({ ...to, serial: this.#next(), ...body });
    await this.line.write(bytes).catch(() => {});
  }

  /**
   * Sends the same message up to three times, five seconds apart.
   * @throws XiaolabaError (world) `sign-silent` without an answer; (caller) `frame-malformed`
   */
  async ask(to: Addressee, body: Body, isAnswer: (frame: Jt808Frame, serial: number) => boolean): Promise<Jt808Frame> {
    const serial = this.#next();
    const bytes = codec.encode({ ...to, serial, ...body });
    let cancel: Cancel = () => {};
    try {
      return await new Promise<Jt808Frame>((resolve, reject) => {
        const fail = (cause?: unknown): void =>
          reject(worldError('sign-silent', 'the terminal does not answer', { phone: to.phone }, cause));
        this.#waiting = { serial, isAnswer: (frame) => isAnswer(frame, serial), answered: resolve };
        this.#giveUp = fail;
        const attempt = (left: number): void => {
          if (left === 0) {
            fail();
            return;
          }
          this.line.write(bytes).catch(fail);
          cancel = this.clock.after(answerMs, () => attempt(left - 1));
        };
        attempt(tries);
      });
    } finally {
      cancel();
      this.#waiting = undefined;
      this.#giveUp = undefined;
    }
  }

  take(frame: Jt808Frame): void {
    if (this.#waiting?.isAnswer(frame)) this.#waiting.answered(frame);
  }

  /** The terminal has gone: who waits need not wait any longer. */
  abandon(): void {
    this.#giveUp?.();
  }

  #next(): number {
    const serial = this.#serial;
    this.#serial = (serial + 1) & 0xffff;
    return serial;
  }
}
