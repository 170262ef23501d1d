import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';

type Done = (error?: Error) => void;

/**
 * aedes, with what clients publish kept off its routes. A device's message is taken in completely by the
 * authorization hook, nobody may subscribe to it, and it is never retained; so it needs no matching and no storing.
 * Only what the gateway itself publishes is routed.
 */
export class Engine extends Aedes {
  override publish(packet: PublishPacket, client: Client | Done | null, done?: Done): void {
    if (typeof client === 'function') super.publish(packet, client);
    else if (client === null) super.publish(packet, done ?? (() => undefined));
    else done?.();
  }

  static async start(options: AedesOptions): Promise<Engine> {
    const engine = new Engine(options);
    await engine.listen();
    return engine;
  }
}
