import {
  type Activity,
  type Agent,
  createAgent,
  type DeviceIdentity,
  type Peripherals,
  profileTraits,
  type SoundOutput,
} from '@xiaolaba/device';
import { GatewayNetwork, SystemClock } from '@xiaolaba/device/adapters';
import { MeasuredStorage } from './measured-storage.js';
import type { Addresses, Claimed, Marks, Watched } from './orders.js';

/** As those of the demo district: an amplifier beside a horn, one in a bus. */
const wakeMs = { loudspeaker: 800, 'bus-screen': 200, 'booth-sign': undefined, 'bike-lock': undefined } as const;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const activeRecord = '"kind":"active"';

class WatchedClock extends SystemClock implements Activity {
  constructor(private readonly failed: (error: unknown) => void) {
    super();
  }

  run(_name: string, work: () => void | Promise<void>): void {
    try {
      Promise.resolve(work()).catch(this.failed);
    } catch (error) {
      this.failed(error);
    }
  }
}

/** The real agent on the machine's own time and network; its sound and its sign tell when they begin. */
export class MeasuredDevice {
  readonly #agent: Agent;
  readonly #files = new Set<string>();
  #text: string | undefined;
  #marks: { received?: number; fetched?: number; active?: number; sounded?: number; shown?: number } = {};
  #next = false;
  #current = false;

  constructor(
    private readonly claimed: Claimed,
    identity: DeviceIdentity,
    addresses: Addresses,
    failed: (error: unknown) => void,
  ) {
    const { profile, sign } = claimed;
    const clock = new WatchedClock(failed);
    const { beatSeconds, cacheBytes } = profileTraits[profile];
    this.#agent = createAgent(
      {
        identity,
        firmware: '0.1.0-measure',
        ...(sign ? { sign } : {}),
        limits: {},
        beatSeconds,
        cacheBytes,
        random: Math.random,
      },
      {
        clock,
        activity: clock,
        storage: this.#storage(),
        network: new GatewayNetwork(addresses),
        peripherals: this.#peripherals(clock),
        log: silent,
      },
    );
  }

  /** Whether all of what it was assigned last is there and in force. */
  get isHolding(): boolean {
    return this.#current && !this.#next;
  }

  get marks(): Marks {
    const { device, profile } = this.claimed;
    return { device, profile, ...this.#marks };
  }

  watch({ files, text }: Watched): void {
    this.#files.clear();
    for (const file of files) this.#files.add(file);
    this.#text = text;
    this.#marks = {};
  }

  start(): Promise<void> {
    return this.#agent.start();
  }

  cut(): void {
    this.#agent.cut();
  }

  #storage(): MeasuredStorage {
    const storage = new MeasuredStorage((name, bytes) => {
      if (name === 'assignment/next') {
        this.#marks.received ??= Date.now();
        this.#next = true;
      } else if (name === 'assignment/current') {
        this.#current = true;
        this.#next = false;
      } else if (name.startsWith('blobs/') && this.#marks.active === undefined) this.#marks.fetched = Date.now();
      else if (name.startsWith('journal') && Buffer.from(bytes).includes(activeRecord))
        this.#marks.active ??= Date.now();
    });
    return storage;
  }

  #peripherals(clock: SystemClock): Peripherals {
    const { profile } = this.claimed;
    const wake = wakeMs[profile];
    const sound: SoundOutput = {
      play: async ({ sha256, durationMs, fromMs }, signal) => {
        if (this.#files.has(sha256)) this.#marks.sounded ??= Date.now();
        const from = clock.monotonic();
        await clock.sleep(durationMs - fromMs, signal);
        return { playedMs: clock.monotonic() - from, ended: signal.aborted ? 'aborted' : 'finished' };
      },
    };
    return {
      led: { show() {} },
      ...(profile === 'booth-sign' ? {} : { sound }),
      ...(wake === undefined ? {} : { amplifier: { wakeMs: wake, set: async () => {} } }),
      ...(profile === 'booth-sign' || profile === 'bus-screen'
        ? {
            sign: {
              show: async (text: string) => {
                if (text === this.#text) this.#marks.shown ??= Date.now();
              },
              clear: async () => {},
            },
          }
        : {}),
      ...(profile === 'bike-lock' ? { lock: { onEvent() {} } } : {}),
      ...(profile === 'bike-lock' || profile === 'bus-screen'
        ? { position: { current: () => undefined, onFix() {} } }
        : {}),
      close: async () => {},
    };
  }
}
