import type { Duplex } from 'node:stream';
import {
  bugError,
  type DownTopic,
  downTopics,
  idPattern,
  retainedTopics,
  topicOf,
  worldError,
} from '@xiaolaba/protocol';
import type { Client } from 'aedes';
import { Admission, type Ticket } from './admission.js';
import { type Connection, Connections } from './connections.js';
import { Engine } from './engine.js';
import { FramingGuard } from './framing-guard.js';
import { guardPersistence } from './guarded-persistence.js';
import { HookLimit, sweepMs } from './hook-limit.js';
import { brokerHooks, ClosedByGuard } from './hooks.js';
import { type BrokerLimits, defaultLimits } from './limits.js';
import { startListeners } from './listeners.js';
import { LoginThrottle } from './login-throttle.js';
import { PublishQueue } from './publish-queue.js';
import { Refusals } from './refusals.js';
import { SessionStore } from './session-store.js';
import type { Broker, BrokerDependencies, BrokerSettings, DeviceGate, UpHandler } from './types.js';
import { Uplink } from './uplink.js';

/** Longer than the engine may wait for a full socket, so that a stalled device fails there and not here. */
const publishMarginMs = 2_000;

/**
 * Starts the embedded MQTT 3.1.1 broker: aedes behind guards on the byte stream, on every hook and on every topic.
 * @throws the listener's error (`EADDRINUSE`, …) when a port cannot be had; nothing is left open then.
 */
export async function startBroker(
  settings: BrokerSettings,
  gate: DeviceGate,
  handler: UpHandler,
  deps: BrokerDependencies,
): Promise<Broker> {
  const { clock, log } = deps;
  const limits: BrokerLimits = { ...defaultLimits, ...settings.limits };
  const monotonic = () => performance.now();
  const counters = { published: 0, delivered: 0, acknowledged: 0, bytesIn: 0, bytesOut: 0 };
  const refusals = new Refusals(log);
  const fault = (code: string, error: unknown) => refusals.count(`${code}-failed`, { err: error });

  const connections = new Connections(clock, fault);
  const byClient = new WeakMap<Client, Connection>();
  const admission = new Admission(limits, monotonic, (code, address) => refusals.count(code, { address }));
  const uplink = new Uplink(handler, limits, connections, refusals);
  const hookLimit = new HookLimit(limits.hookMs, hookFault);
  const publishLimit = new HookLimit(limits.drainMs + publishMarginMs, fault);
  const throttle = new LoginThrottle(limits, monotonic);
  const queue = new PublishQueue(limits.publishQueue);
  const persistence = guardPersistence(
    deps.persistence ??
      new SessionStore(limits, (device, topic) => refusals.count('offline-queue-full', { device, topic })),
    (method, device, error) => {
      refusals.count('persistence-failed', { method, device, err: error });
      if (device !== undefined) closeAll(device);
    },
  );

  function hookFault(code: string, error: unknown): void {
    if (code === 'hook-timeout') refusals.count(code);
    // The guards' own refusals were counted where they were decided.
    else if (!(error instanceof ClosedByGuard)) fault(code === 'publish' ? 'handler' : code, error);
  }

  const engine = await Engine.start({
    persistence,
    concurrency: 0,
    drainTimeout: limits.drainMs,
    queueLimit: limits.queueLimit,
    maxInflightInbound: 20,
    // The guard closes late comers first; this is behind it in case the sweep is late.
    connectTimeout: limits.connectMs + 2_000,
    ...brokerHooks({
      limits,
      gate,
      uplink,
      connections,
      throttle,
      hookLimit,
      refusals,
      connectionOf: (client) => byClient.get(client),
      revoked: purge,
    }),
  });
  engine.on('client', (client) => {
    const connection = byClient.get(client);
    if (connection !== undefined) connections.registered(connection);
  });
  engine.on('clientError', (client, error) => {
    log.debug({ device: byClient.get(client)?.device, err: error }, 'connection ended with an error');
  });
  (engine as NodeJS.EventEmitter).on('error', (error: unknown) => fault('engine', error));

  let serial = 0;
  function accept(conn: Duplex, ticket: Ticket): void {
    const id = `c${++serial}`;
    const guard = new FramingGuard(conn, limits, {
      refused: (code) => refusals.count(code, { address: ticket.address, device: connection?.device }),
      connectReceived: ticket.connectReceived,
      bytesIn: (count) => {
        counters.bytesIn += count;
      },
      bytesOut: (count) => {
        counters.bytesOut += count;
      },
      published: (qos) => {
        counters.delivered++;
        if (qos > 0 && connection !== undefined) connection.unacknowledged++;
      },
      acknowledged: () => {
        counters.acknowledged++;
        if (connection !== undefined && connection.unacknowledged > 0) connection.unacknowledged--;
      },
    });
    let connection: Connection | undefined;
    const client = engine.handle(conn);
    connection = {
      id,
      conn,
      ticket,
      guard,
      client,
      device: '',
      space: '',
      open: true,
      registered: false,
      refusals: 0,
      filters: new Set(),
      handling: 0,
      unacknowledged: 0,
    };
    const opened = connection;
    byClient.set(client, opened);
    conn.once('close', () => {
      opened.open = false;
      connections.closed(opened);
    });
  }

  const listeners = await startListeners(settings, limits, admission, accept).catch(async (error: unknown) => {
    await new Promise<void>((resolve) => engine.close(resolve));
    throw error;
  });
  const sweep = setInterval(() => {
    hookLimit.sweep();
    publishLimit.sweep();
    admission.sweep();
    refusals.sweep();
  }, sweepMs);
  sweep.unref();

  function closeAll(device: string): void {
    for (const connection of connections.of(device)) connection.conn.destroy();
  }

  function purge(device: string): void {
    queue.purge(device, worldError('broker-purged', 'the device was revoked', { device }));
    closeAll(device);
    throttle.forget(device);
    persistence.purge(device);
    // A publish that is under way may still store something: once more when it is through.
    queue.push(device, async () => persistence.purge(device)).catch((error: unknown) => fault('purge', error));
  }

  function checkTopic(device: string, name: DownTopic): string {
    if (!idPattern.test(device) || !downTopics.includes(name))
      throw bugError('broker-bad-topic', 'not a down topic', { device, name });
    return topicOf(device, name);
  }

  function hand(topic: string, payload: Buffer, retain: boolean): Promise<void> {
    const work = () =>
      new Promise<void>((resolve, reject) => {
        engine.publish({ cmd: 'publish', topic, payload, qos: 1, retain, dup: false }, (error) =>
          error ? reject(error) : resolve(),
        );
      });
    return new Promise((resolve, reject) => {
      publishLimit.run('engine-publish', work, (error) => {
        if (error === undefined) {
          counters.published++;
          resolve();
        } else reject(worldError('broker-publish-failed', 'the engine did not take the message', { topic }, error));
      });
    });
  }

  let closing: Promise<void> | undefined;
  async function shutDown(): Promise<void> {
    listeners.stop();
    for (const connection of connections.live()) connection.guard.hold();
    queue.purgeAll(worldError('broker-closed', 'the broker is closing'));
    await settled(uplink.close(), limits.hookMs);
    // One turn for the acknowledgements of what has just been handled.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => engine.close(resolve));
    await listeners.close();
    clearInterval(sweep);
    await persistence.destroy();
  }

  return {
    port: listeners.port,
    ...(listeners.webSocketPort === undefined ? {} : { webSocketPort: listeners.webSocketPort }),
    ...(listeners.tlsPort === undefined ? {} : { tlsPort: listeners.tlsPort }),
    async publish(device, name, payload) {
      const topic = checkTopic(device, name);
      if (closing !== undefined) throw worldError('broker-closed', 'the broker is closing');
      const bytes = Buffer.from(payload);
      await queue.push(device, () => hand(topic, bytes, retainedTopics.has(name)));
    },
    async clearRetained(device, name) {
      const topic = checkTopic(device, name);
      await queue.push(device, async () => persistence.clearRetained(topic));
    },
    disconnect(device, reason) {
      log.info({ device, reason }, 'disconnecting');
      if (reason === 'revoked') purge(device);
      else closeAll(device);
    },
    connected: () => connections.connected,
    onConnection: (listener) => connections.listen(listener),
    stats() {
      let unacknowledged = 0;
      for (const connection of connections.live()) unacknowledged += connection.unacknowledged;
      return {
        connections: connections.size,
        pending: admission.pending,
        received: uplink.received,
        handling: uplink.handling,
        publishing: queue.size,
        unacknowledged,
        ...counters,
        ...persistence.counts(),
        refused: refusals.snapshot(),
      };
    },
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

/** Waits for the promise, but no longer than `ms` of real time. */
async function settled(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
