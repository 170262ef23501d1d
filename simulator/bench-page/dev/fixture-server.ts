import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { BenchOrder, SerialFrame } from '@xiaolaba/simulator/bench-contract';
import { tone } from '../../../gateway/console/dev/tone.js';
import { BenchWorld } from './bench-world.js';
import { soundHash, soundMs } from './content.js';
import { chatter, framesOf } from './traffic.js';

export interface BenchFixture {
  readonly url: string;
  readonly world: BenchWorld;
  /** Every order that a page gave, the oldest first. */
  readonly orders: readonly BenchOrder[];
  /** Refuses every order from now on with this code; `undefined`: takes them again. */
  refuse(code: string | undefined): void;
  /** Lets frames pass as if they had been on the cables. */
  pass(frames: readonly SerialFrame[]): void;
  /** Drops every live connection; pages have to come back by themselves. */
  dropLive(): void;
  close(): Promise<void>;
}

const stepMs = 100;
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
};

/** Answers the contract as the bench does, from a made-up bench that moves, and serves the built page from `dist`. */
export const startBenchFixture = async (options: { dist: string; port?: number }): Promise<BenchFixture> => {
  const world = new BenchWorld(Date.now());
  const live = new Set<ServerResponse>();
  const orders: BenchOrder[] = [];
  const sound = tone(soundMs / 1000);
  let refusal: string | undefined;
  let count = 0;

  const send = (event: string, data: unknown, to: Iterable<ServerResponse> = live) => {
    for (const response of to) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const json = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const file = async (response: ServerResponse, path: string): Promise<void> => {
    const body = await readFile(join(options.dist, normalize(path))).catch(() => undefined);
    response.writeHead(body ? 200 : 404, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
    response.end(body);
  };
  const takeOrder = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const order = JSON.parse(await bodyOf(request)) as BenchOrder;
    orders.push(order);
    if (refusal !== undefined || !world.take(order, Date.now())) {
      json(response, 409, { code: refusal ?? 'item-unknown', message: 'refused' });
      return;
    }
    response.writeHead(204).end();
    send('state', world.state(Date.now()));
  };

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://fixture').pathname;
    if (path === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      live.add(response);
      response.on('close', () => live.delete(response));
      send('state', world.state(Date.now()), [response]);
    } else if (path === '/api/state') json(response, 200, world.state(Date.now()));
    else if (path === '/api/order') void takeOrder(request, response);
    else if (path === `/audio/${soundHash}`) {
      response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': sound.length });
      response.end(sound);
    } else void file(response, path === '/' ? '/index.html' : path);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));

  let turn = 0;
  const talk = async (now: number): Promise<void> => {
    turn += 1;
    const talking = world.kinds.filter(({ isUp }) => isUp);
    const one = talking[turn % Math.max(1, talking.length)];
    if (!one) return;
    for (const frame of await framesOf(one.part, one.kind, now, chatter(one.kind, turn, world.position)))
      send('frame', frame);
  };
  const timer = setInterval(() => {
    const now = Date.now();
    count += 1;
    for (const record of world.step(now, stepMs)) send('record', record);
    const reading = world.level(now);
    if (reading) send('level', reading);
    if (count % 3 === 0) send('state', world.state(now));
    if (count % 4 === 0) void talk(now);
  }, stepMs);

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    orders,
    refuse(code) {
      refusal = code;
    },
    pass(frames) {
      for (const frame of frames) send('frame', frame);
    },
    dropLive() {
      for (const response of live) response.destroy();
    },
    close() {
      clearInterval(timer);
      for (const response of live) response.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
