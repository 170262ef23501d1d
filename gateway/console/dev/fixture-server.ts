import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { DayView, LiveEvents, Who } from '@xiaolaba/gateway/contract';
import { blob, dayAt, dayView, silentPlaces } from './day.js';
import { placeDetail, vehiclesAt } from './detail.js';
import { readDistrict } from './district.js';
import { tone } from './tone.js';

export interface Fixture {
  readonly url: string;
  /** Moves the fixture's clock (milliseconds since the epoch) and tells every open page what changed. */
  setNow(now: number): void;
  /** Drops every live connection; pages have to come back by themselves. */
  dropLive(): void;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Answers the API as the gateway does, from made-up playings, and serves the built page from `dist`. */
export const startFixture = async (options: { dist: string; now: number; port?: number }): Promise<Fixture> => {
  const district = readDistrict();
  const live = new Set<ServerResponse>();
  const sound = tone(6);
  let now = options.now;
  let last = dayView(district, dayAt(now), now);

  const send = <E extends keyof LiveEvents>(event: E, data: LiveEvents[E], to: Iterable<ServerResponse> = live) => {
    for (const response of to) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const json = (response: ServerResponse, body: unknown): void => {
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' });
      const message = { zh: '没有这个点位', en: 'No such place' };
      response.end(JSON.stringify({ code: 'place-unknown', message, details: {} }));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const file = async (response: ServerResponse, path: string): Promise<void> => {
    const wanted = join(options.dist, normalize(path));
    const body = await readFile(wanted).catch(() => undefined);
    const name = body ? wanted : join(options.dist, 'index.html');
    response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' });
    response.end(body ?? (await readFile(name)));
  };

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://fixture').pathname;
    const [, , collection, first, second, , day] = path.split('/');
    if (path === '/api/live') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      live.add(response);
      response.on('close', () => live.delete(response));
      send('now', { now, day: dayAt(now) }, [response]);
      send('vehicles', vehiclesAt(district, now), [response]);
    } else if (path === '/api/session') json(response, { openReading: true } satisfies Who);
    else if (path === '/api/district') json(response, district);
    else if (collection === 'days' && second === 'silent') json(response, silentPlaces(district, first ?? '', now));
    else if (collection === 'days') json(response, dayView(district, first ?? '', now));
    else if (collection === 'places') json(response, placeDetail(district, `${first}/${second}`, day ?? '', now));
    else if (path === `/blobs/${blob}`) {
      response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': sound.length });
      response.end(sound);
    } else void file(response, path === '/' ? '/index.html' : path);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setNow(next) {
      now = next;
      const day = dayAt(now);
      send('now', { now, day });
      const view: DayView = dayView(district, day, now);
      const before = new Map(last.places.map((place) => [place.place, JSON.stringify(place)]));
      const changed = view.places.filter(
        (place) => last.day !== day || before.get(place.place) !== JSON.stringify(place),
      );
      last = view;
      if (changed.length > 0) send('coverage', { ...view, places: changed });
      send('vehicles', vehiclesAt(district, now));
    },
    dropLive() {
      for (const response of live) response.destroy();
    },
    close() {
      for (const response of live) response.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
