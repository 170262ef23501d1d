import { bugError, idPattern } from '@xiaolaba/protocol';
import type { AedesOptions, AedesPublishPacket, AuthenticateError, Client, PublishPacket, Subscription } from 'aedes';
import { deviceSpace, judgeFilter, judgeUp, judgeWill, mayHear } from './access.js';
import type { Connection, Connections } from './connections.js';
import type { HookLimit } from './hook-limit.js';
import type { BrokerLimits } from './limits.js';
import type { LoginThrottle } from './login-throttle.js';
import type { Refusals } from './refusals.js';
import type { DeviceGate } from './types.js';
import type { Uplink } from './uplink.js';

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
const connack = { identifierRejected: 2, unavailable: 3, badCredentials: 4, notAuthorized: 5 } as const;

type LoginVerdict = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly returnCode: number };
const no = (code: string, returnCode: number): LoginVerdict => ({ ok: false, code, returnCode });

/** Makes the engine close a connection; it never leaves the broker. */
export class ClosedByGuard extends Error {}

export interface HookParts {
  readonly limits: BrokerLimits;
  readonly gate: DeviceGate;
  readonly uplink: Uplink;
  readonly connections: Connections;
  readonly throttle: LoginThrottle;
  readonly hookLimit: HookLimit;
  readonly refusals: Refusals;
  readonly connectionOf: (client: Client) => Connection | undefined;
  readonly revoked: (device: string) => void;
}

type Hooks = Required<
  Pick<
    AedesOptions,
    'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward' | 'published'
  >
>;

/** Every hook of the engine, each through the one limit, each failing closed. */
export function brokerHooks(parts: HookParts): Hooks {
  const { limits, gate, uplink, connections, throttle, hookLimit, refusals, connectionOf } = parts;

  const need = (client: Client | null): Connection => {
    const connection = client === null ? undefined : connectionOf(client);
    if (connection === undefined) throw bugError('broker-no-connection', 'not a connection of this broker');
    return connection;
  };

  /** Counts a refusal; a client that collects too many is closed. */
  const refuse = (connection: Connection, code: string): void => {
    refusals.count(code, { device: connection.device, connection: connection.id });
    if (++connection.refusals > limits.refusalsPerConnection) shut(connection, 'too-many-refusals');
  };
  const shut = (connection: Connection, code: string): never => {
    refusals.count(code, { device: connection.device, connection: connection.id });
    throw new ClosedByGuard(code);
  };

  async function login(connection: Connection, username: unknown, secret: unknown): Promise<LoginVerdict> {
    const device = connection.client.id;
    const { address } = connection.ticket;
    if (!idPattern.test(device) || username !== device) return no('identifier', connack.identifierRejected);
    if (!Buffer.isBuffer(secret) || secret.length === 0) return no('no-secret', connack.badCredentials);
    const will = connection.will === undefined ? undefined : judgeWill(deviceSpace(device), connection.will);
    if (will !== undefined && will.kind !== 'allow') return no(will.code, connack.notAuthorized);
    // "Unavailable" and not "bad credentials": a device that is throttled through no fault of its own tries later.
    if (!throttle.allow(address, device)) return no('throttled', connack.unavailable);
    const answer = await gate.authenticate(device, secret);
    if (answer !== 'ok') {
      throttle.failed(address);
      if (answer === 'revoked') parts.revoked(device);
      return no(answer, answer === 'revoked' ? connack.notAuthorized : connack.badCredentials);
    }
    throttle.succeeded(address, device);
    connection.device = device;
    connection.space = deviceSpace(device);
    if (will !== undefined) connection.epoch = will.value;
    return { ok: true };
  }

  function publishWork(connection: Connection, packet: PublishPacket): Promise<unknown> | undefined {
    // aedes hands the last will to this same hook; only identity tells it from a message.
    if (packet === connection.will) return uplink.will(connection);
    const verdict = judgeUp(connection.space, packet);
    if (verdict.kind === 'close') return shut(connection, verdict.code);
    if (verdict.kind === 'refuse') {
      refuse(connection, verdict.code);
      return;
    }
    return uplink.message(connection, verdict.value, packet);
  }

  function subscribeWork(connection: Connection, subscription: Subscription): Subscription | null {
    const verdict = judgeFilter(connection.space, subscription.topic);
    if (verdict.kind === 'close') return shut(connection, verdict.code);
    if (verdict.kind === 'refuse') {
      refuse(connection, verdict.code);
      return null;
    }
    if (!connection.filters.has(verdict.value) && connection.filters.size >= limits.subscriptions) {
      refuse(connection, 'too-many-subscriptions');
      return null;
    }
    connection.filters.add(verdict.value);
    return subscription;
  }

  return {
    preConnect: (client, packet, done) =>
      hookLimit.run(
        'pre-connect',
        () => {
          const connection = need(client);
          if (packet.will !== undefined) connection.will = packet.will;
        },
        (error) => done(error ?? null, error === undefined),
      ),

    authenticate: (client, username, password, done) =>
      hookLimit.run(
        'authenticate',
        () => login(need(client), username, password),
        (error, verdict) => {
          const connection = connectionOf(client);
          if (connection?.open && error === undefined && verdict?.ok) {
            connection.ticket.loggedIn();
            connections.loggedIn(connection);
            connection.guard.open();
            done(null, true);
            return;
          }
          const { code, returnCode } =
            verdict !== undefined && !verdict.ok ? verdict : { code: 'login-failed', returnCode: connack.unavailable };
          refusals.count(code, { device: client.id, address: connection?.ticket.address });
          done(Object.assign(new Error(code), { returnCode }) as AuthenticateError, null);
        },
      ),

    authorizePublish: (client, packet, done) =>
      hookLimit.run(
        'publish',
        () => publishWork(need(client), packet),
        (error) => done(error ?? null),
      ),

    authorizeSubscribe: (client, subscription, done) =>
      hookLimit.run(
        'subscribe',
        () => subscribeWork(need(client), subscription),
        (error, granted) => done(error ?? null, granted ?? null),
      ),

    authorizeForward: (client, packet): AedesPublishPacket | null => {
      const connection = connectionOf(client);
      return connection?.open && mayHear(connection.space, packet.topic) ? packet : null;
    },

    published: (_packet, _client, done) => done(null),
  };
}
