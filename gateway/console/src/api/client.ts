import type { DayView, DistrictView, PlaceDetail, Problem, SilentPlace } from '@xiaolaba/gateway/contract';

/** `offline`: nobody answered; otherwise what the gateway said. */
export type Trouble = { readonly kind: 'offline' } | { readonly kind: 'answer'; readonly problem: Problem };

export class Refusal extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.kind === 'answer' ? trouble.problem.code : 'offline');
  }
}

/** Every address of the API that this page reads. */
export const paths = {
  district: '/api/district',
  day: (day: string) => `/api/days/${day}`,
  silent: (day: string) => `/api/days/${day}/silent`,
  place: (place: string, day: string) => `/api/places/${place}/days/${day}`,
  live: '/api/live',
} as const;

/** For whom the page speaks to the gateway. */
export interface Speaker {
  /** Goes with every change of somebody who is logged in. */
  readonly csrf: () => string | undefined;
  /** Told when the gateway does not know who asks. */
  readonly turnedAway: () => void;
  /** Has the person show that it is them. @returns false where they would rather not */
  readonly confirm: () => Promise<boolean>;
}
let speaker: Speaker | undefined;
/** From now on for this one. */
export const speakFor = (next: Speaker): void => {
  speaker = next;
};

export interface Sending {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const call = async (method: Method, path: string, body: unknown, { signal, headers }: Sending): Promise<Response> => {
  const csrf = method === 'GET' ? undefined : speaker?.csrf();
  const bytes = body instanceof Uint8Array || body instanceof Blob;
  const json = body !== undefined && !bytes;
  try {
    return await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(csrf === undefined ? {} : { 'x-xiaolaba-csrf': csrf }),
        ...(json
          ? { 'content-type': 'application/json' }
          : bytes
            ? { 'content-type': 'application/octet-stream' }
            : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as BodyInit) }),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Refusal({ kind: 'offline' });
  }
};

const answerOf = async <T>(response: Response): Promise<T> => {
  const body: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  const problem = body as Problem | undefined;
  const refusal = new Refusal(problem?.message ? { kind: 'answer', problem } : { kind: 'offline' });
  if (problem?.code === 'unauthorised') speaker?.turnedAway();
  throw refusal;
};

export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  await answerOf(await call('GET', path, undefined, signal ? { signal } : {}));

/**
 * Asks for a change; bytes go as they are, everything else as JSON. Where the gateway wants the person to confirm that
 * it is them, they are asked, and the change is tried once more. @throws Refusal
 */
export const send = async <T>(
  method: Exclude<Method, 'GET'>,
  path: string,
  body?: unknown,
  sending: Sending = {},
): Promise<T> => {
  try {
    return await answerOf(await call(method, path, body, sending));
  } catch (error) {
    if (!isRefusal(error, 'confirmation-needed') || !(await speaker?.confirm())) throw error;
  }
  return await answerOf(await call(method, path, body, sending));
};

/** The very bytes of an answer: what is signed must not be parsed and written anew. @throws Refusal */
export const bytesOf = async (method: Method, path: string, body?: unknown): Promise<Uint8Array> => {
  const response = await call(method, path, body, {});
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : await answerOf(response);
};

/** Whether it is that the gateway answered with this code. */
export const isAnswer = (trouble: Trouble | undefined, code: string): boolean =>
  trouble?.kind === 'answer' && trouble.problem.code === code;
/** Whether the gateway refused with this code. */
export const isRefusal = (error: unknown, code: string): boolean =>
  error instanceof Refusal && isAnswer(error.trouble, code);

export const api = {
  district: () => get<DistrictView>(paths.district),
  day: (day: string, signal?: AbortSignal) => get<DayView>(paths.day(day), signal),
  silent: (day: string, signal?: AbortSignal) => get<SilentPlace[]>(paths.silent(day), signal),
  place: (place: string, day: string, signal?: AbortSignal) => get<PlaceDetail>(paths.place(place, day), signal),
};
export type Api = typeof api;

/** Why something could not be read; passes on what is not about reading. */
export const troubleOf = (error: unknown): Trouble => {
  if (error instanceof Refusal) return error.trouble;
  throw error;
};
