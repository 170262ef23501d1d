import type { Logger } from 'pino';
import type { Alerts } from '../alerts/index.js';

/** What prepared texts say is voiced in the background: an alert that comes first has its own words rendered first. */
export class PreparedVoices {
  #closing = false;
  #preparing = Promise.resolve();

  constructor(
    private readonly alerts: Alerts,
    private readonly log: Logger,
  ) {}

  readonly prepare = (): void => {
    this.#preparing = this.#preparing
      .then(() => this.alerts.prepareVoices(['loudspeaker', 'bus-screen'], () => !this.#closing))
      .catch((error: unknown) => this.log.error({ error }, 'prepared texts could not be voiced'));
  };

  async close(): Promise<void> {
    this.#closing = true;
    await this.#preparing;
  }
}
