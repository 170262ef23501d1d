import { worldError } from '@xiaolaba/protocol';

/** Who listens to a line, and whether it is up. */
export class LineState {
  #isUp = false;
  readonly #data: ((bytes: Uint8Array) => void)[] = [];
  readonly #states: ((isUp: boolean) => void)[] = [];

  get isUp(): boolean {
    return this.#isUp;
  }

  onData(call: (bytes: Uint8Array) => void): void {
    this.#data.push(call);
  }

  onState(call: (isUp: boolean) => void): void {
    this.#states.push(call);
  }

  set(isUp: boolean): void {
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    for (const call of this.#states) call(isUp);
  }

  take(bytes: Uint8Array): void {
    for (const call of this.#data) call(bytes);
  }

  /** Nobody is called any more. */
  end(): void {
    this.#isUp = false;
    this.#data.length = 0;
    this.#states.length = 0;
  }
}

export const lineDown = (port: string, cause?: unknown) => worldError('line-down', 'the line is down', { port }, cause);
