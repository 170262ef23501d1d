import { Duplex } from 'node:stream';
import type { Network } from '@xiaolaba/device';
import { GatewayNetwork } from '@xiaolaba/device/adapters';
import { worldError } from '@xiaolaba/protocol';

/** The real way to the bench's gateway, which can be cut. */
export class BenchNetwork implements Network {
  readonly #real: GatewayNetwork;
  readonly #streams = new Set<Duplex>();
  #requests = new AbortController();
  #isUp = true;

  constructor(address: { readonly http: string; readonly mqtt: string }) {
    this.#real = new GatewayNetwork(address);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  setUp(isUp: boolean): void {
    this.#isUp = isUp;
    if (isUp) return;
    this.#requests.abort(worldError('link-down', 'the link was cut'));
    this.#requests = new AbortController();
    for (const stream of this.#streams) stream.destroy();
  }

  openBroker(): Duplex {
    const stream = this.#isUp ? this.#real.openBroker() : dead();
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    return stream;
  }

  async fetch(path: string, init?: RequestInit): Promise<Response> {
    if (!this.#isUp) throw worldError('link-down', 'no network');
    const signals = [this.#requests.signal, ...(init?.signal ? [init.signal] : [])];
    return await this.#real.fetch(path, { ...init, signal: AbortSignal.any(signals) });
  }
}

function dead(): Duplex {
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  setImmediate(() => stream.destroy(worldError('link-down', 'no network')));
  return stream;
}
