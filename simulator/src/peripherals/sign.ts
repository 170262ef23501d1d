import type { SignOutput } from '@xiaolaba/device';
import { worldError } from '@xiaolaba/protocol';
import type { WorldTime } from '../time/world-time.js';
import type { DeviceFacts, ShownStretch } from '../world/facts.js';

/** The twin of an LED sign with its controller. */
export class TwinSign implements SignOutput {
  #answers = true;
  #hangsNext = false;
  #stretch: ShownStretch | undefined;

  constructor(
    private readonly time: WorldTime,
    private readonly facts: DeviceFacts,
  ) {}

  async show(text: string): Promise<void> {
    this.#order();
    if (this.#stretch?.text === text) return;
    this.#close();
    this.#stretch = { text, from: this.time.now(), to: Number.POSITIVE_INFINITY };
    this.facts.shown.push(this.#stretch);
  }

  async clear(): Promise<void> {
    this.#order();
    this.#close();
  }

  /**
   * The controller hangs at the next order that it gets, and goes dark; or it comes back. Until then it shows what
   * it has: nobody at the other end of the line could tell.
   */
  setAnswers(answers: boolean): void {
    this.#hangsNext = !answers;
    if (!answers) return;
    this.#answers = true;
    this.facts.signDead.end(this.time.now());
  }

  powerOff(): void {
    this.#close();
  }

  #order(): void {
    if (this.#hangsNext && this.#answers) {
      this.#answers = false;
      this.facts.signDead.begin(this.time.now());
      this.#close();
    }
    if (!this.#answers) throw worldError('sign-silent', 'the sign does not answer');
  }

  #close(): void {
    if (this.#stretch) this.#stretch.to = this.time.now();
    this.#stretch = undefined;
  }
}
