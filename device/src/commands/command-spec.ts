export interface CommandIo {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly language: 'zh-CN' | 'en';
  readonly signal: AbortSignal;
}

/** One command of the `xiaolaba` line. `run` resolves with the exit code. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: { readonly zh: string; readonly en: string };
  readonly usage: { readonly zh: string; readonly en: string };
  run(args: string[], io: CommandIo): Promise<number>;
}
