import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { worldError } from '@xiaolaba/protocol';
import { z } from 'zod';
import type { AgentLog } from '../agent-types.js';
import type { Health, SignDriver } from '../peripherals/driver.js';
import type { Clock, SignOutput } from '../ports/index.js';
import { screenPage } from './screen-page.js';

/** The device's files by their SHA-256, verified. */
export type ReadFile = (sha256: string) => Promise<Uint8Array | undefined>;

export interface PageOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
}

/** What `GET /now` answers: what is to be seen at this moment, and when that was last confirmed (wall clock). */
export interface NowShowing {
  readonly device: string;
  readonly at: number;
  readonly text: string | null;
  readonly confirmedAt: number | null;
  readonly health: string | null;
}

/** How long a screen may take to draw what it is told, milliseconds. */
const drawMs = 3_000;
/** A screen confirms every five seconds; after this it is taken for gone. */
const silentMs = 12_000;
const bodyBytes = 256;
const maxScreens = 8;

const shownSchema = z.strictObject({ id: z.number().int().min(0) });

/** What the device serves on its own machine: the full-screen page, and what is now showing. */
export class PageServer {
  readonly #server: Server;
  readonly #screens = new Set<ServerResponse>();
  #id = 0;
  #text: string | undefined;
  #video: string | undefined;
  #confirmedAt: number | undefined;
  #confirmedMono = Number.NEGATIVE_INFINITY;
  #shown: (() => void) | undefined;
  readonly #lost = new Set<() => void>();
  readonly #health: ((health: Health) => void)[] = [];
  #wasWatched = false;
  #stopWatch: () => void = () => {};
  /** The sign whose state `/now` tells, where the page is not the sign itself. */
  other: Pick<SignDriver, 'showing' | 'health'> | undefined;

  private constructor(
    private readonly device: string,
    private readonly clock: Clock,
    private readonly log: AgentLog,
    private readonly readFile: ReadFile,
  ) {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** @throws XiaolabaError `page-port` where the port can't be had */
  static async start(
    device: string,
    options: PageOptions,
    clock: Clock,
    log: AgentLog,
    readFile: ReadFile = async () => undefined,
  ): Promise<PageServer> {
    const page = new PageServer(device, clock, log, readFile);
    await new Promise<void>((resolve, reject) => {
      page.#server.once('error', (cause) =>
        reject(worldError('page-port', 'the port can not be had', { ...options }, cause)),
      );
      page.#server.listen(options.port, options.host, resolve);
    });
    page.#server.on('error', (error) => log.error({ error: error.message }, 'the page server failed'));
    page.#watch();
    return page;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The page as a sign: shown is what a screen says that it has drawn. */
  get sign(): SignDriver {
    const page = this;
    const sign: SignOutput = {
      show: (text, video) => page.#show(text, video),
      clear: async () => page.#tell(undefined),
      onLost(call) {
        page.#lost.add(call);
        return () => page.#lost.delete(call);
      },
    };
    return {
      sign,
      get health() {
        return page.#watched ? undefined : 'no-answer';
      },
      get showing() {
        return page.#text === undefined ? undefined : { text: page.#text, confirmedAt: page.#confirmedAt };
      },
      onHealth: (call) => void page.#health.push(call),
      probe: async () =>
        page.#watched
          ? [{ ok: true, code: 'answers', details: { module: 'page' } }]
          : [{ ok: false, code: 'no-answer' }],
      close: async () => page.#tell(undefined),
    };
  }

  async close(): Promise<void> {
    this.#stopWatch();
    for (const screen of this.#screens) screen.end();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  get #watched(): boolean {
    return this.#screens.size > 0;
  }

  async #show(text: string, video?: string): Promise<void> {
    if (!this.#watched) throw worldError('sign-silent', 'no screen has opened the page');
    if (text !== this.#text || video !== this.#video || !this.#fresh) {
      this.#tell(text, video);
      const drawn = new AbortController();
      this.#shown = () => drawn.abort();
      await this.clock.sleep(drawMs, drawn.signal);
      this.#shown = undefined;
      if (!drawn.signal.aborted) throw worldError('sign-silent', 'the screen does not say that it has drawn it');
    }
  }

  get #fresh(): boolean {
    return this.clock.monotonic() - this.#confirmedMono < silentMs;
  }

  #tell(text: string | undefined, video?: string): void {
    this.#text = text;
    this.#video = video;
    this.#id++;
    this.#confirmedAt = undefined;
    this.#confirmedMono = Number.NEGATIVE_INFINITY;
    for (const screen of this.#screens) screen.write(this.#message());
  }

  #message(): string {
    return `data: ${JSON.stringify({ id: this.#id, text: this.#text ?? null, video: this.#video ?? null })}\n\n`;
  }

  /** Screens come and go, and hang. */
  #watch(): void {
    this.#stopWatch = this.clock.after(1_000, () => {
      this.#changed();
      if (this.#text !== undefined && this.#confirmedAt !== undefined && !this.#fresh) this.#lose();
      this.#watch();
    });
  }

  #changed(): void {
    if (this.#watched === this.#wasWatched) return;
    this.#wasWatched = this.#watched;
    for (const call of this.#health) call(this.#watched ? undefined : 'no-answer');
    if (!this.#watched) this.#lose();
  }

  #lose(): void {
    this.#confirmedAt = undefined;
    for (const call of [...this.#lost]) call();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '/' } = request;
    const path = url.split('?')[0];
    if (method === 'GET' && path === '/') {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
      });
      response.end(screenPage);
    } else if (method === 'GET' && path === '/events') this.#join(response);
    else if (method === 'GET' && path === '/now') this.#now(response);
    else if (method === 'GET' && path === `/video/${this.#video}`) void this.#film(request, response);
    else if (method === 'POST' && path === '/shown') this.#confirm(request, response);
    else response.writeHead(404).end();
  }

  #join(response: ServerResponse): void {
    if (this.#screens.size >= maxScreens) return void response.writeHead(503).end();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(this.#message());
    this.#screens.add(response);
    response.on('close', () => {
      this.#screens.delete(response);
      this.#changed();
    });
    this.#changed();
  }

  #now(response: ServerResponse): void {
    const { text, confirmedAt } = (this.other ? this.other.showing : this.sign.showing) ?? {};
    const health = this.other ? this.other.health : this.sign.health;
    const now: NowShowing = {
      device: this.device,
      at: this.clock.now(),
      text: text ?? null,
      confirmedAt: confirmedAt ?? null,
      health: health ?? null,
    };
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(now));
  }

  /** A browser asks for parts of a film: it begins before all is there, and loops by going back. */
  async #film(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = this.#video === undefined ? undefined : await this.readFile(this.#video).catch(() => undefined);
    if (!bytes) return void response.writeHead(404).end();
    const headers = { 'content-type': 'video/mp4', 'accept-ranges': 'bytes', 'cache-control': 'no-store' };
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    if (first === undefined)
      return void response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
    const from = Number(first);
    const to = Math.min(last ? Number(last) : bytes.length - 1, bytes.length - 1);
    if (from > to) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    response.writeHead(206, {
      ...headers,
      'content-length': to - from + 1,
      'content-range': `bytes ${from}-${to}/${bytes.length}`,
    });
    response.end(bytes.subarray(from, to + 1));
  }

  #confirm(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
      if (body.length > bodyBytes) request.destroy();
    });
    request.on('end', () => {
      const { success, data } = shownSchema.safeParse(parsed(body));
      response.writeHead(success ? 204 : 400).end();
      if (!success || data.id !== this.#id) return;
      this.#confirmedAt = this.clock.now();
      this.#confirmedMono = this.clock.monotonic();
      this.#shown?.();
    });
    request.on('error', (error) => this.log.debug({ error: error.message }, 'a screen broke off'));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return;
  }
}
