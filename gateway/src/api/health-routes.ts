import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { Gauge, Registry as MetricsRegistry } from 'prom-client';
import type { ApiContext } from './context.js';

/** `/health` for whoever watches the process, `/metrics` for Prometheus. */
export function healthRoutes(app: FastifyInstance, context: ApiContext): void {
  const metrics = new MetricsRegistry();
  const gauge = (name: string, help: string, read: () => number): void => {
    const metric: Gauge = new Gauge({
      name: `xiaolaba_${name}`,
      help,
      registers: [metrics],
      collect: () => metric.set(read()),
    });
  };
  const { broker, ingest, live, rejects, registry } = context;
  gauge('devices_known', 'Devices registered', () => [...registry.all()].length);
  gauge('devices_online', 'Devices connected', () => live.onlineCount());
  gauge('beats_total', 'Beats taken in', () => ingest.beats);
  gauge('records_total', 'Journal records taken in', () => ingest.records);
  gauge('rejects_total', 'Messages refused', () => rejects.total);
  gauge('mqtt_received_total', 'Messages from devices', () => broker.stats().received);
  gauge('mqtt_delivered_total', 'Messages written to devices', () => broker.stats().delivered);
  gauge('mqtt_connections', 'MQTT connections', () => broker.stats().connections);
  gauge('mqtt_bytes_in_total', 'Bytes from devices', () => broker.stats().bytesIn);
  gauge('mqtt_bytes_out_total', 'Bytes to devices', () => broker.stats().bytesOut);
  gauge('mqtt_refused_total', 'What the broker turned away', () =>
    Object.values(broker.stats().refused).reduce((sum, count) => sum + count, 0),
  );
  gauge('resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss());

  const config = { openBecause: 'whoever watches the process has no account' };
  app.get('/health', { config, schema: { tags: ['health'] } }, async () => {
    await sql`select 1`.execute(context.store);
    return {
      status: 'ok',
      now: context.now(),
      content: context.content.model() !== undefined,
      jobs: Object.fromEntries(context.jobs.lastRuns()),
    };
  });
  app.get('/metrics', { config, schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}
