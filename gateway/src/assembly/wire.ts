import { readFile } from 'node:fs/promises';
import { type Broker, startBroker } from '../broker/index.js';
import { Chunks } from '../delivery/index.js';
import type { GatewayClock } from '../gateway-types.js';
import { Ingest, type Rejects } from '../ingest/index.js';
import type { GatewaySettings } from '../settings.js';
import type { Air, ToDevices } from './air.js';
import type { Ground } from './ground.js';
import type { KeyListNews } from './key-list-news.js';
import type { Refresh } from './refresh.js';

/** The connection to devices, and what is made of what they send. */
export interface Wire {
  readonly broker: Broker;
  readonly ingest: Ingest;
}

export interface WireDeps {
  readonly clock: GatewayClock;
  readonly rejects: Rejects;
  readonly refresh: Refresh;
  readonly keyListNews: KeyListNews;
  readonly toDevices: ToDevices;
}

/** @throws the listener's error where a port is taken, or a certificate's where it can't be read */
export async function startWire(
  ground: Ground,
  { assignments, intake }: Air,
  mqtt: GatewaySettings['mqtt'],
  { clock, rejects, refresh, keyListNews, toDevices }: WireDeps,
): Promise<Wire> {
  const { now, log, work, blobs, registry, live } = ground;
  const chunks = new Chunks({
    blobs,
    mayRead: (id) => {
      const device = registry.get(id);
      return device?.enrolled === true && !device.revoked;
    },
    publish: (device, payload) => toDevices.publish(device, 'chunk', payload),
    run: (name, doing) => work.run(name, doing),
    now,
    log,
  });
  const ingest = new Ingest({
    registry,
    live,
    intake,
    rejects,
    log,
    now,
    tell: (device, topic, message) => work.run(topic, () => toDevices.publish(device, topic, message)),
    progress: (device, progress) => assignments.progress(device, progress),
    want: (device, want) => chunks.want(device, want),
    greeted: (device, version, keyList) => {
      keyListNews.greeted(device, keyList);
      if (assignments.greeted(device, version)) refresh.soon(device);
    },
  });
  const { host, port, webSocketPort, tls } = mqtt;
  const broker = await startBroker(
    {
      host,
      port,
      ...(webSocketPort === undefined ? {} : { webSocketPort }),
      ...(tls ? { tls: { port: tls.port, ...(await readCertificate(tls)) } } : {}),
    },
    registry,
    ingest,
    { clock, log },
  );
  broker.onConnection(({ device, kind, epoch }) => {
    live.connection(device, kind === 'connected', epoch);
    if (kind === 'disconnected') chunks.gone(device);
  });
  return { broker, ingest };
}

async function readCertificate(tls: {
  readonly cert: string;
  readonly key: string;
}): Promise<{ cert: Buffer; key: Buffer }> {
  const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
  return { cert, key };
}
