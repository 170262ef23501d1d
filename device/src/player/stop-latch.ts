import {
  callerError,
  decodeMessage,
  errorCode,
  openEnvelope,
  type StopOrder,
  stopOrderSchema,
} from '@xiaolaba/protocol';
import { verify } from '@xiaolaba/protocol/node';
import type { AgentLog, DeviceIdentity } from '../agent-types.js';
import type { Life } from '../life.js';

const fileName = 'stop';
/** An order may name thousands of places. */
const limits = { maxBytes: 1024 * 1024, maxDepth: 4 };

/** The last stop order that an approver signed for here. It outlives restarts, and only a higher one lifts it. */
export class StopLatch {
  #order: StopOrder | undefined;

  constructor(
    private readonly life: Life,
    private readonly identity: DeviceIdentity,
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
      this.#order = this.#read(bytes);
    } catch (error) {
      this.log.error({ error: errorCode(error) }, 'the stored stop order is not good');
    }
  }

  /** An order has come. One that is not good, not newer or not for here changes nothing. */
  async receive(bytes: Uint8Array): Promise<void> {
    let order: StopOrder;
    try {
      order = this.#read(bytes);
      const held = this.#order?.version ?? 0;
      if (order.version === held) return;
      if (order.version < held) throw callerError('stop-rolled-back', `order ${held} is held`, { held });
    } catch (error) {
      this.log.warn({ error: errorCode(error) }, 'stop order refused');
      return;
    }
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

  #read(bytes: Uint8Array): StopOrder {
    const { payload } = openEnvelope('stop', bytes, this.identity.approvers, verify);
    return decodeMessage(stopOrderSchema, payload, limits);
  }
}
