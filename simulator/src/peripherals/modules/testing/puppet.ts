import type { ModuleTwin } from '../module-twin.js';

/** The far end of a cable, that says what a test wants and keeps what it hears. */
export class Puppet implements ModuleTwin {
  readonly protocol = 'puppet';
  readonly heard: Uint8Array[] = [];
  #send: (bytes: Uint8Array) => void = () => {};

  setPowered(): void {}

  receive(bytes: Uint8Array): void {
    this.heard.push(bytes);
  }

  onSend(call: (bytes: Uint8Array) => void): void {
    this.#send = call;
  }

  say(bytes: Uint8Array): void {
    this.#send(bytes);
  }

  /** Each character is one byte. */
  sayText(text: string): void {
    this.#send(Uint8Array.from(Buffer.from(text, 'latin1')));
  }
}
