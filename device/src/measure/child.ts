import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { worldError } from '@xiaolaba/protocol';

/** A process that this one started, and that never outlives it. */
export class Child {
  readonly #gone: Promise<unknown>;
  /** Said and not yet listened to. */
  readonly #said: unknown[] = [];

  private constructor(readonly process: ChildProcess) {
    this.#gone = once(process, 'exit');
    process.on('message', (message) => this.#said.push(message));
  }

  /** Runs a module beside this one: from source where we do, else from what was built. */
  static start(module: string, args: readonly string[], execArgv: readonly string[] = []): Child {
    const source = import.meta.url.endsWith('.ts');
    const path = fileURLToPath(new URL(`./${module}.${source ? 'ts' : 'js'}`, import.meta.url));
    const loader = source ? ['--import', import.meta.resolve('tsx'), '--conditions=@xiaolaba/source'] : [];
    return new Child(
      fork(path, args, { execArgv: [...loader, ...execArgv], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
    );
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** The next message. @throws XiaolabaError `measure-process-ended` */
  async message(): Promise<unknown> {
    if (this.#said.length === 0) await Promise.race([once(this.process, 'message'), this.#gone]);
    if (this.#said.length === 0) throw worldError('measure-process-ended', 'a process ended early');
    return this.#said.shift();
  }

  send(message: object): void {
    // One that ends doesn't listen any more.
    if (this.process.connected) this.process.send(message, () => {});
  }

  /** Lets it finish, and ends it where it does not. */
  async end(): Promise<void> {
    if (this.process.connected) this.process.disconnect();
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    await this.#gone;
    clearTimeout(timer);
  }
}
