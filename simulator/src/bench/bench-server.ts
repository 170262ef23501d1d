import type { ServerResponse } from 'node:http';
import fastifyStatic from '@fastify/static';
import { errorCode, errorText, profiles, XiaolabaError } from '@xiaolaba/protocol';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Bench, BenchEvent } from './bench.js';
import { type BenchOrder, benchFaults } from './contract.js';

/** At most ten states a second; what changes in between is in the next one. */
const stateMs = 100;
const heartbeatMs = 5_000;
const maxListeners = 16;
/** A page that doesn't read is dropped when so much waits for it, bytes. */
const maxWaiting = 4 * 1024 * 1024;

const id = z.string().min(1).max(64);
const orderSchema: z.ZodType<BenchOrder> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('profile'), profile: z.enum(profiles) }),
  z.strictObject({
    kind: z.literal('module'),
    part: z.enum(['sound', 'sign', 'board', 'position', 'lock', 'terminal']),
    module: id,
    port: z.string().min(1).max(200),
  }),
  z.strictObject({ kind: z.literal('play'), item: id }),
  z.strictObject({ kind: z.literal('fault'), fault: z.enum(benchFaults), on: z.boolean() }),
  z.strictObject({ kind: z.literal('press'), button: z.enum(['test', 'unlock', 'lock']) }),
  z.strictObject({ kind: z.literal('identify') }),
  z.strictObject({ kind: z.literal('stop'), on: z.boolean() }),
  z.strictObject({ kind: z.literal('volume-cap'), percent: z.number().int().min(0).max(100) }),
  z.strictObject({ kind: z.literal('drive'), stop: id }),
]);

const audioTypes: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', opus: 'audio/ogg', adpcm: 'audio/wav' };

/** The page of the bench, and what it needs. */
export async function benchServer(bench: Bench, pageDirectory: string): Promise<FastifyInstance> {
  const server = Fastify({ logger: false, bodyLimit: 16 * 1024, forceCloseConnections: true });
  const listeners = new Set<ServerResponse>();

  server.addHook('onRequest', async (request, reply) => {
    // Another site that is open in the same browser must not play on this bench.
    const { origin, host } = request.headers;
    if (request.method === 'POST' && origin !== undefined && new URL(origin).host !== host)
      return reply.code(403).send({ code: 'foreign-origin', message: 'from another site' });
  });
  server.setErrorHandler((error, _request, reply) => {
    const caller = error instanceof XiaolabaError && error.family === 'caller';
    const status = (error as { statusCode?: number }).statusCode ?? (caller ? 400 : 500);
    return reply.code(status).send({ code: errorCode(error), message: errorText(error) });
  });

  server.get('/api/state', () => bench.state);
  server.post('/api/order', async (request, reply) => {
    const { success, data, error } = orderSchema.safeParse(request.body);
    if (!success) {
      const message = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      return reply.code(400).send({ code: 'order-malformed', message });
    }
    await bench.order(data);
    return reply.code(204).send();
  });
  server.get<{ Params: { sha256: string } }>('/audio/:sha256', (request, reply) => {
    const found = bench.audio(request.params.sha256);
    if (!found) return reply.code(404).send({ code: 'no-such-audio', message: 'no such file' });
    return reply.type(audioTypes[found.format] ?? 'application/octet-stream').send(Buffer.from(found.bytes));
  });
  server.get('/api/events', (request, reply) => {
    if (listeners.size >= maxListeners) return reply.code(503).send({ code: 'too-many-pages', message: 'too many' });
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    listeners.add(raw);
    send(raw, 'state', bench.state);
    request.raw.on('close', () => listeners.delete(raw));
  });
  await server.register(fastifyStatic, { root: pageDirectory });

  let stale = false;
  const broadcast = (event: string, body: unknown): void => {
    for (const listener of listeners) {
      if (listener.writableLength > maxWaiting) listener.destroy();
      else send(listener, event, body);
    }
  };
  const off = bench.onEvent((event: BenchEvent) => {
    if (event.kind === 'state') stale = true;
    else broadcast(event.kind, event.body);
  });
  let quietMs = 0;
  const timer = setInterval(() => {
    quietMs += stateMs;
    if (!stale && quietMs < heartbeatMs) return;
    stale = false;
    quietMs = 0;
    if (listeners.size > 0) broadcast('state', bench.state);
  }, stateMs);
  server.addHook('onClose', async () => {
    off();
    clearInterval(timer);
    for (const listener of listeners) listener.end();
  });
  return server;
}

function send(listener: ServerResponse, event: string, body: unknown): void {
  listener.write(`event: ${event}\ndata: ${JSON.stringify(body)}\n\n`);
}
