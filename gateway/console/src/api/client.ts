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

const get = async <T>(path: string, signal?: AbortSignal): Promise<T> => {
  let response: Response;
  try {
    response = await fetch(path, { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Refusal({ kind: 'offline' });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const problem = body as Problem | undefined;
    throw new Refusal(problem?.message ? { kind: 'answer', problem } : { kind: 'offline' });
  }
  return body as T;
};

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
