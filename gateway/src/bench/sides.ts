import type { LoadOrders, ServerOrders } from './orders.js';
import { Worker } from './processes.js';

/** One of the two that are compared, with a load generator of its own. */
export interface Side {
  readonly who: 'ours' | 'peer';
  readonly server: Worker<ServerOrders>;
  readonly load: Worker<LoadOrders>;
  readonly port: number;
}

export interface SideOptions {
  readonly execArgv?: readonly string[];
  readonly signal: AbortSignal;
}

const modules = { ours: 'gateway-process', peer: 'aedes-process' } as const;

/** Runs `work` on a started side; both processes have ended when it settles. @throws what `work` throws, `measure-process-ended` */
export async function onSide<T>(
  who: Side['who'],
  dataDirectory: string,
  { execArgv = [], signal }: SideOptions,
  work: (side: Side) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const server = Worker.start<ServerOrders>(import.meta.url, modules[who], execArgv);
  const load = Worker.start<LoadOrders>(import.meta.url, 'load-process');
  const abort = () => {
    void load.end();
    void server.end();
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    const { port } = await server.ask('start', { dataDirectory });
    return await work({ who, server, load, port });
  } finally {
    signal.removeEventListener('abort', abort);
    await load.end();
    await server.end();
  }
}

/** Both sides at once; the one whose turn it is not sits idle. */
export const onBothSides = <T>(
  dataDirectory: string,
  options: SideOptions,
  work: (ours: Side, peer: Side) => Promise<T>,
): Promise<T> =>
  onSide('ours', dataDirectory, options, (ours) => onSide('peer', dataDirectory, options, (peer) => work(ours, peer)));
