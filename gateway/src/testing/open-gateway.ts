import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EnrolResponse, instantOf, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { pino } from 'pino';
import type { CampaignView } from '../api/contract.js';
import { startGateway } from '../gateway.js';
import type { Gateway, GatewayClock, GatewayDeps } from '../gateway-types.js';
import { checkSettings } from '../settings.js';
import { smallContent } from './small-content.js';

export const zone = 'Asia/Shanghai';
/** A Friday and an ordinary workday. */
export const day = '2026-11-20';
/** An instant of that day, or of another. */
export const at = (clockTime: string, on = day): number => instantOf(on, clockTime, zone);

export const silent = pino({ level: 'silent' });

/** A clock that a test moves; what is to happen happens as the time is passed. */
export class HandClock implements GatewayClock {
  #now: number;
  readonly #waiting = new Set<{ readonly at: number; readonly call: () => void }>();

  constructor(begin: number) {
    this.#now = begin;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, call: () => void): () => void {
    const entry = { at: this.#now + milliseconds, call };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  set(instant: number): void {
    for (;;) {
      const [next] = [...this.#waiting].filter((entry) => entry.at <= instant).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = instant;
  }
}

export interface OpenOptions {
  readonly begin?: number;
  readonly changes?: Parameters<typeof smallContent>[0];
  readonly consoleDirectory?: string;
  /** Whether anybody may read; anybody may where this is not given. */
  readonly openReading?: boolean;
  /** More settings, as the gateway's file has them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly deps?: Partial<GatewayDeps>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A real gateway on free ports in a folder of its own, and what an administrator does with it. */
export class TestGateway {
  #gateway: Gateway | undefined;

  private constructor(
    readonly root: string,
    readonly content: string,
    readonly clock: HandClock,
    readonly approver: KeyPair,
    private readonly options: OpenOptions,
  ) {}

  static async open(options: OpenOptions = {}): Promise<TestGateway> {
    const root = await mkdtemp(join(tmpdir(), 'xiaolaba-gateway-'));
    const content = await smallContent(options.changes);
    const clock = new HandClock(options.begin ?? at('06:00'));
    const opened = new TestGateway(root, content, clock, generateKeyPair(), options);
    await opened.start();
    return opened;
  }

  get gateway(): Gateway {
    if (!this.#gateway) throw new Error('the gateway is not running');
    return this.#gateway;
  }

  get data(): string {
    return join(this.root, 'data');
  }

  async start(): Promise<void> {
    const settings = checkSettings(
      this.data,
      {
        http: { port: 0 },
        mqtt: { host: '127.0.0.1', port: 0 },
        approvers: [{ name: 'tester', key: toBase64(this.approver.publicKey.bytes) }],
        log: 'silent',
        openReading: this.options.openReading ?? true,
        ...this.options.settings,
      },
      'test',
    );
    const { consoleDirectory, deps } = this.options;
    const console = consoleDirectory === undefined ? {} : { consoleDirectory };
    this.#gateway = await startGateway(settings, { clock: this.clock, log: silent, ...console, ...deps });
  }

  async stop(): Promise<void> {
    await this.#gateway?.stop();
    this.#gateway = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.root, { recursive: true, force: true });
    await rm(this.content, { recursive: true, force: true });
  }

  /** Any call; JSON answers are parsed. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const raw = body instanceof Uint8Array;
    const response = await fetch(`${this.gateway.url}${path}`, {
      method,
      headers: {
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...(raw ? { 'content-type': 'application/octet-stream' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const json = response.headers.get('content-type')?.includes('json') && bytes.length > 0;
    return {
      status: response.status,
      headers: response.headers,
      body: json ? (JSON.parse(bytes.toString()) as unknown) : bytes,
    };
  }

  /** As the local administrator. */
  admin(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.call(method, path, body, { authorization: `Bearer ${this.gateway.token}` });
  }

  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.call('GET', path);
    if (status !== 200) throw new Error(`${status} for ${path}`);
    return body as T;
  }

  async import(directory = this.content): Promise<Answer> {
    return await this.admin('POST', '/api/content', { directory });
  }

  async envelopeOf(candidate: string, approver = this.approver): Promise<Uint8Array> {
    const response = await fetch(`${this.gateway.url}/api/candidates/${candidate}`, {
      headers: { authorization: `Bearer ${this.gateway.token}` },
    });
    return await sealEnvelope('release', new Uint8Array(await response.arrayBuffer()), [approver.signer]);
  }

  /** Signs every candidate there is, or those of one campaign. */
  async approve(campaign?: string): Promise<void> {
    const campaigns = await this.get<CampaignView[]>('/api/campaigns');
    for (const { id, candidates } of campaigns) {
      if (campaign !== undefined && campaign !== id) continue;
      for (const { sha256 } of candidates) {
        const { status } = await this.admin('POST', '/api/releases', await this.envelopeOf(sha256));
        if (status !== 200) throw new Error(`${status} for ${id}`);
      }
    }
  }

  /** Enrols a device with its key. */
  async enrol(device: string, publicKey: Uint8Array): Promise<EnrolResponse> {
    const claims = await this.admin('POST', '/api/claims', { devices: [device] });
    const [claim] = claims.body as { device: string; code: string }[];
    const { status, body } = await this.call('POST', '/enrol', {
      device,
      code: claim?.code,
      publicKey: toBase64(publicKey),
    });
    if (status !== 200) throw new Error(`${status} for ${device}`);
    return body as EnrolResponse;
  }
}
