import {
  callerError,
  decodeMessage,
  envelopeLimits,
  envelopeSchema,
  errorCode,
  fromBase64,
  type StopOrder,
  stopLimits,
  stopOrderSchema,
} from '@xiaolaba/protocol';
import type { AgentLog, DeviceIdentity } from '../agent-types.js';
import type { Life } from '../life.js';
import type { Trust } from '../trust/trust.js';

const fileName = 'stop';

/** The last stop order that was approved for here. It outlives restarts, and only a higher one lifts it. */
export class StopLatch {
  #order: StopOrder | undefined;
  /** The last that was refused: it is retained, comes before the key list that approves it, and only once. */
  #refused: Uint8Array | undefined;

  constructor(
    private readonly life: Life,
    private readonly identity: DeviceIdentity,
    private readonly trust: Pick<Trust, 'openStop'>,
    private readonly log: AgentLog,
    private readonly changed: (order: StopOrder) => Promise<void>,
  ) {}

  get stopped(): boolean {
    return this.#order?.state === 'stop';
  }

  async open(): Promise<void> {
    const bytes = await this.life.storage.read(fileName);
    if (!bytes) return;
    try {
      this.#order = storedOrder(bytes);
    } catch (error) {
      this.log.error({ error: errorCode(error) }, 'the stored stop order is not good');
    }
  }

  /** Other signatures count from now on: an order refused before may be good, one that holds stays. */
  async recheck(): Promise<void> {
    const bytes = this.#refused;
    this.#refused = undefined;
    if (bytes) await this.receive(bytes);
  }

  /** An order has come. One that is not good, not newer or not for here changes nothing. */
  async receive(bytes: Uint8Array): Promise<void> {
    let order: StopOrder;
    try {
      order = this.trust.openStop(bytes);
      const held = this.#order?.version ?? 0;
      if (order.version === held) return;
      if (order.version < held) throw callerError('stop-rolled-back', `order ${held} is held`, { held });
    } catch (error) {
      this.log.warn({ error: errorCode(error) }, 'stop order refused');
      this.#refused = bytes;
      return;
    }
    this.#refused = undefined;
    if (order.scope !== 'everywhere' && !order.scope.includes(this.identity.place)) return;
    const was = this.stopped;
    this.#order = order;
    // Silence first: the medium may be slow or full.
    const silenced = was === this.stopped ? Promise.resolve() : this.changed(order);
    const stored = this.life.storage.replace(fileName, bytes).catch((error: unknown) => {
      this.life.assertAlive();
      this.log.error({ error: errorCode(error) }, 'the stop order can not be stored');
    });
    await Promise.all([silenced, stored]);
  }
}

/** Approved when it was taken: whose signatures count now says nothing about it. */
function storedOrder(bytes: Uint8Array): StopOrder {
  const { payload } = decodeMessage(envelopeSchema, bytes, envelopeLimits);
  return decodeMessage(stopOrderSchema, fromBase64(payload) ?? new Uint8Array(), stopLimits);
}
