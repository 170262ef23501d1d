import { type ChildProcess, fork } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCode, errorText, worldError } from '@xiaolaba/protocol';
import type { Orders } from './orders.js';

interface Request {
  readonly id: number;
  readonly name: string;
  readonly argument?: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly failure?: { readonly code: string; readonly text: string };
}

/** How long a process may take to end by itself, milliseconds. */
const endMs = 10_000;

/** A process that this one started, and that never outlives it. */
export class Worker<T extends Orders> {
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #gone: Promise<void>;
  #serial = 0;
  #ended = false;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, value, failure }: Answer) => {
      const waiting = this.#pending.get(id);
      this.#pending.delete(id);
      if (failure) waiting?.reject(worldError(failure.code, failure.text));
      else waiting?.resolve(value);
    });
    this.#gone = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#ended = true;
        const error = worldError('measure-process-ended', `a process ended early (${code ?? signal})`);
        for (const waiting of this.#pending.values()) waiting.reject(error);
        this.#pending.clear();
        resolve();
      });
    });
  }

  /** Runs a module beside this one: from source where we do, else from what was built. */
  static start<T extends Orders>(module: string): Worker<T> {
    const source = import.meta.url.endsWith('.ts');
    const path = fileURLToPath(new URL(`./${module}.${source ? 'ts' : 'js'}`, import.meta.url));
    const execArgv = source ? ['--import', 'tsx', '--conditions=@xiaolaba/source'] : [];
    // From its own folder, so that the loader is found wherever the user stands.
    return new Worker<T>(
      fork(path, [], { cwd: dirname(path), execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
  }

  /** @throws XiaolabaError with the other side's code, `measure-process-ended` */
  ask<K extends keyof T & string>(name: K, ...[argument]: Parameters<T[K]>): Promise<Awaited<ReturnType<T[K]>>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(worldError('measure-process-ended', 'the process has ended'));
        return;
      }
      const id = ++this.#serial;
      this.#pending.set(id, { resolve: (value) => resolve(value as Awaited<ReturnType<T[K]>>), reject });
      this.child.send({ id, name, argument } satisfies Request, (error) => {
        if (error) reject(worldError('measure-process-ended', 'the process cannot be reached', {}, error));
      });
    });
  }

  /** Lets it finish, and ends it where it does not. */
  async end(): Promise<void> {
    if (!this.#ended && this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), endMs);
    await this.#gone;
    clearTimeout(timer);
  }
}

/** The other side of `Worker`: serves until its parent lets go of it or dies. */
export function serve(orders: Orders, ending: () => Promise<void>): void {
  process.on('message', ({ id, name, argument }: Request) => {
    const order = orders[name] as ((argument: unknown) => unknown) | undefined;
    Promise.resolve()
      .then(() => order?.(argument))
      .then(
        (value): Answer => ({ id, value }),
        (error: unknown): Answer => ({ id, failure: { code: errorCode(error), text: errorText(error) } }),
      )
      .then((answer) => {
        if (process.connected) process.send?.(answer);
      });
  });
  process.once('disconnect', () => {
    ending().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
  // A Ctrl-C goes to the whole group of processes; the parent decides when this one ends.
  process.on('SIGINT', () => undefined);
}

/** Processor time of this process so far, milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
