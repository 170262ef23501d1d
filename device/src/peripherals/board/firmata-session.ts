import type { Firmata } from 'firmata-io';
import type { Cancel, Clock } from '../../ports/index.js';
import type { ByteLine, HealthReason } from '../driver.js';
import { LineTransport } from './line-transport.js';

/*
 * Firmata 2.x: https://github.com/firmata/protocol/blob/master/protocol.md
 */
const queryVersion = [0xf9];
const queryFirmware = [0xf0, 0x79, 0xf7];

/** Boards that restart when the port opens announce themselves, seconds later; all are asked this often. */
const askEveryMs = 1_000;
/** Boot loader, the blinking of the version, and all answers, on the slowest board. */
const answerMs = 10_000;
/** A board that has nothing to report is asked whether it is still there. */
const aliveEveryMs = 5_000;
/** Milliseconds between two analog readings. */
export const sampleMs = 10;

export interface SessionEvents {
  ready(firmata: Firmata): void;
  /** It is of no use any more. Called once. */
  lost(reason: HealthReason): void;
}

/** One Firmata instance: from the moment the line comes up until it goes down or the board stops answering. */
export class FirmataSession {
  readonly transport: LineTransport;
  readonly firmata: Firmata;
  /** The next question, and until when an answer is waited for. */
  #asking: Cancel = () => {};
  #deadline: Cancel;
  readonly #probes = new Set<() => void>();
  #ended = false;

  constructor(
    Instance: typeof Firmata,
    line: ByteLine,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {
    this.transport = new LineTransport(line, () => this.#lose(line.isUp ? 'no-answer' : 'unplugged'));
    this.firmata = new Instance(this.transport, { samplingInterval: sampleMs });
    // Its own timer would outlive the plug; asking goes by our clock.
    clearTimeout(this.firmata.reportVersionTimeoutId);
    this.firmata.on('error', () => this.#lose('fault'));
    this.firmata.once('ready', () => this.#ready());
    this.#deadline = clock.after(answerMs, () => this.#lose(this.#silence));
    this.#ask();
  }

  /** Whether the board answers within a span. */
  answers(withinMs: number): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (did: boolean): void => {
        cancel();
        this.#probes.delete(gone);
        this.firmata.off('queryfirmware', answered);
        resolve(did);
      };
      const answered = (): void => end(true);
      const gone = (): void => end(false);
      const cancel = this.clock.after(withinMs, gone);
      this.#probes.add(gone);
      this.firmata.on('queryfirmware', answered);
      this.#write(queryFirmware);
    });
  }

  end(): void {
    this.#ended = true;
    this.#asking();
    this.#deadline();
    for (const gone of this.#probes) gone();
    this.transport.end();
    this.firmata.removeAllListeners();
  }

  get #silence(): HealthReason {
    return !this.firmata.versionReceived && this.transport.first.wasMuch() ? 'wrong-module' : 'no-answer';
  }

  #write(bytes: readonly number[]): void {
    this.transport.write(Uint8Array.from(bytes));
  }

  #ask(): void {
    this.#asking = this.clock.after(askEveryMs, () => {
      if (this.firmata.versionReceived) return;
      this.#write(queryVersion);
      this.#write(queryFirmware);
      this.#ask();
    });
  }

  #ready(): void {
    this.#asking();
    this.#deadline();
    if (this.firmata.version.major !== 2) {
      this.#lose('wrong-module');
      return;
    }
    // Whatever was asked before has been answered by now: it has restarted, and its pins are as after power-on.
    this.firmata.on('reportversion', () => this.#lose('starting'));
    this.events.ready(this.firmata);
    if (!this.#ended) this.#watch();
  }

  #watch(): void {
    const { received } = this.transport;
    this.#write(queryFirmware);
    this.#deadline = this.clock.after(aliveEveryMs, () => {
      if (this.transport.received === received) this.#lose('no-answer');
      else this.#watch();
    });
  }

  #lose(reason: HealthReason): void {
    if (this.#ended) return;
    this.end();
    this.events.lost(reason);
  }
}
