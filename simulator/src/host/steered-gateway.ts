import { type ChildProcess, fork } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { worldError } from '@xiaolaba/protocol';
import type { Gate } from '../peripherals/network.js';
import type { Answer, Order, Request, Standing, Started } from './messages.js';

export interface SteeredSettings {
  /** As the gateway's own settings, checked by it. */
  readonly settings: unknown;
  readonly dataDirectory: string;
  readonly consoleDirectory?: string;
}

interface Pending {
  resolve(standing: Standing | Started): void;
  reject(error: Error): void;
}

/** Runs from source where we do, else from what was built. */
function hostProcess(): { readonly path: string; readonly execArgv: string[] } {
  const source = import.meta.url.endsWith('.ts');
  return {
    path: fileURLToPath(new URL(source ? './gateway-host.ts' : './gateway-host.js', import.meta.url)),
    execArgv: source ? ['--import', 'tsx', '--conditions=@xiaolaba/source'] : [],
  };
}

/** A gateway in a process of its own that goes by the world's time. */
export class SteeredGateway implements Gate {
  #child: ChildProcess | undefined;
  readonly #pending = new Map<number, Pending>();
  readonly #held: (() => void)[] = [];
  #serial = 0;
  #clockAt = Number.NEGATIVE_INFINITY;
  #advancing: Promise<void> | undefined;
  #started: Started | undefined;
  #last: Started | undefined;
  #standing: Standing = { handled: 0, pushed: 0, next: undefined };
  /** Orders sent so far. */
  orders = 0;

  constructor(
    private readonly settings: SteeredSettings,
    private readonly now: () => number,
  ) {}

  get running(): boolean {
    return this.#started !== undefined;
  }

  /** @throws XiaolabaError `gateway-down` */
  get started(): Started {
    if (!this.#started) throw worldError('gateway-down', 'the gateway does not run');
    return this.#started;
  }

  /** Where it is to be reached, or was. @throws XiaolabaError `gateway-down` before its first start */
  readonly uplink = (): Started => {
    if (!this.#last) throw worldError('gateway-down', 'the gateway has not been started');
    return this.#last;
  };

  /** As of its last answer. */
  get standing(): Standing {
    return this.#standing;
  }

  /** Starts it (again) on its data directory. @throws XiaolabaError with the gateway's own code */
  async start(): Promise<Started> {
    const { path, execArgv } = hostProcess();
    // From its own folder, so that the loader is found wherever the user stands.
    const cwd = dirname(path);
    const child = fork(path, [], { cwd, execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    child.on('message', (answer: Answer) => this.#answered(answer));
    child.on('exit', (code, signal) => this.#gone(child, code ?? signal ?? 'unknown'));
    const at = this.now();
    const started = (await this.#order({ kind: 'start', at, ...this.settings })) as Started;
    this.#clockAt = at;
    this.#started = started;
    this.#last = started;
    this.#standing = started;
    return started;
  }

  /** Whether the gateway's clock shows the world's time; nothing is held back from one that is down. */
  get isOpen(): boolean {
    return !this.#started || this.#clockAt === this.now();
  }

  pass(call: () => void): void {
    if (this.isOpen) {
      call();
      return;
    }
    this.#held.push(call);
    this.tell();
  }

  /** Tells it the world's time, and waits for nothing: what is sent meanwhile is held back. */
  tell(): void {
    if (!this.isOpen) void this.advance().catch(() => this.#release());
  }

  /** Tells it the world's time. */
  advance(): Promise<void> {
    if (this.isOpen) return Promise.resolve();
    this.#advancing ??= this.#advance().finally(() => {
      this.#advancing = undefined;
    });
    return this.#advancing;
  }

  async #advance(): Promise<void> {
    const to = this.now();
    this.#standing = await this.#order({ kind: 'advance', to });
    this.#clockAt = to;
    this.#release();
  }

  /** Resolves when it has taken in so much, from so many connections, and nothing waits there. */
  async settle(handled: number, connections: number): Promise<Standing> {
    await this.advance();
    this.#standing = await this.#order({ kind: 'settle', handled, connections });
    return this.#standing;
  }

  /** As a power cut would: nothing is finished, nothing is said. Resolves when it is gone. */
  async kill9(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || !this.#started) return this.kill9();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    await this.#order({ kind: 'stop' });
    await gone;
  }

  #order(order: Order): Promise<Standing | Started> {
    const child = this.#child;
    if (!child?.connected) return Promise.reject(worldError('gateway-down', 'the gateway does not run'));
    const id = ++this.#serial;
    this.orders++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      child.send({ ...order, id } satisfies Request, (error) => {
        if (!error) return;
        this.#pending.delete(id);
        reject(worldError('gateway-down', error.message, {}, error));
      });
    });
  }

  #answered(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.ok) pending?.resolve(answer.standing);
    else pending?.reject(worldError(answer.code, answer.message));
  }

  #gone(child: ChildProcess, why: number | string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#started = undefined;
    this.#standing = { handled: 0, pushed: 0, next: undefined };
    for (const { reject } of this.#pending.values()) {
      reject(worldError('gateway-down', `the gateway ended: ${why}`, { why: String(why) }));
    }
    this.#pending.clear();
    this.#release();
  }

  #release(): void {
    for (const call of this.#held.splice(0)) call();
  }
}
