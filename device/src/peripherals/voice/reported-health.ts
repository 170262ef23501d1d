import type { Health } from '../driver.js';

/** A driver's health and who wants to know of it. */
export class ReportedHealth {
  readonly #calls: ((health: Health) => void)[] = [];

  constructor(private health: Health) {}

  get current(): Health {
    return this.health;
  }

  onChange(call: (health: Health) => void): void {
    this.#calls.push(call);
  }

  set(health: Health): void {
    if (health === this.health) return;
    this.health = health;
    for (const call of this.#calls) call(health);
  }
}
