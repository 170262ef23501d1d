import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { errorCode, errorText, worldError } from '@xiaolaba/protocol';

/** What one process does for another: names to functions of one argument. */
export type Orders = Readonly<Record<string, (argument: never) => unknown>>;

type Argument<T extends Orders, K extends keyof T> = Parameters<T[K]>;
type Result<T extends Orders, K extends keyof T> = Awaited<ReturnType<T[K]>>;

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
    child.on('message', (answer: Answer) => {
      const waiting = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if (answer.failure) waiting?.reject(worldError(answer.failure.code, answer.failure.text));
      else waiting?.resolve(answer.value);
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

  /** Runs a module that lies beside the caller's: from source where that does, else from what was built. */
  static start<T extends Orders>(caller: string, module: string, execArgv: readonly string[] = []): Worker<T> {
    const source = caller.endsWith('.ts');
    const path = fileURLToPath(new URL(`./${module}.${source ? 'ts' : 'js'}`, caller));
    // Found from here: whoever runs it may stand anywhere.
    const loader = source ? ['--import', import.meta.resolve('tsx'), '--conditions=@xiaolaba/source'] : [];
    return new Worker<T>(
      fork(path, [], { execArgv: [...loader, ...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
  }

  /** @throws XiaolabaError with the other side's code, `measure-process-ended` */
  ask<K extends keyof T & string>(name: K, ...[argument]: Argument<T, K>): Promise<Result<T, K>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(worldError('measure-process-ended', 'the process has ended'));
        return;
      }
      const id = ++this.#serial;
      this.#pending.set(id, { resolve: (value) => resolve(value as Result<T, K>), reject });
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
  process.on('message', (request: Request) => {
    const order = orders[request.name] as ((argument: unknown) => unknown) | undefined;
    Promise.resolve()
      .then(() => order?.(request.argument))
      .then(
        (value): Answer => ({ id: request.id, value }),
        (error: unknown): Answer => ({
          id: request.id,
          failure: { code: errorCode(error), text: errorText(error) },
        }),
      )
      .then((answer) => {
        if (process.connected) process.send?.(answer);
      });
  });
  process.once('disconnect', () => {
    // `exit` runs no more of the loop: whatever else is open must not keep the process.
    ending().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
  // A Ctrl-C goes to the whole group of processes; the parent decides when this one ends.
  process.on('SIGINT', () => undefined);
}
