/** Whose trouble it is: the caller can mend it, we must mend it, or the outside world failed and may recover. */
export type ErrorFamily = 'caller' | 'bug' | 'world';

/** Values that a message catalogue may put into the sentence for this error. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/**
 * The one error base. `code` is stable and what tests and programs compare; `message` is English for logs;
 * a message catalogue turns `code` and `details` into the user's language.
 */
export class XiaolabaError extends Error {
  override readonly name = 'XiaolabaError';
  constructor(
    readonly family: ErrorFamily,
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export const callerError = (code: string, message: string, details?: ErrorDetails, cause?: unknown): XiaolabaError =>
  new XiaolabaError('caller', code, message, details, cause === undefined ? undefined : { cause });

export const bugError = (code: string, message: string, details?: ErrorDetails, cause?: unknown): XiaolabaError =>
  new XiaolabaError('bug', code, message, details, cause === undefined ? undefined : { cause });

export const worldError = (code: string, message: string, details?: ErrorDetails, cause?: unknown): XiaolabaError =>
  new XiaolabaError('world', code, message, details, cause === undefined ? undefined : { cause });

/** The `code` of any thrown value, `internal` where it carries none. */
export const errorCode = (error: unknown): string => (error instanceof XiaolabaError ? error.code : 'internal');

/** The text of any thrown value. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
