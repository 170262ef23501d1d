/**
 * What a package offers on the command line. It stands here, beside the wire, because this is the one package that
 * every other one knows; the `xiaolaba` program finds the commands of whichever packages are installed.
 */
export interface CommandSpec {
  readonly name: string;
  readonly summary: { readonly zh: string; readonly en: string };
  readonly usage: { readonly zh: string; readonly en: string };
  /** @returns the exit code: 0 done, 1 found something wrong, 2 called wrongly, 3 the outside world failed */
  run(args: string[], io: CommandIo): Promise<number>;
}

export interface CommandIo {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly language: 'zh-CN' | 'en';
  /** Aborted when the user wants it to end. */
  readonly signal: AbortSignal;
}

/** Resolves when the user wants it to end. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}

export { type Comparison, compare, comparisonTable, type Spread, scaled, spread, textTable } from './comparison.js';
