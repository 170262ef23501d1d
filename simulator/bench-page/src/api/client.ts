import type { BenchOrder, BenchState } from '@xiaolaba/simulator/bench-contract';

export const paths = {
  state: '/api/state',
  events: '/api/events',
  order: '/api/order',
  audio: (sha256: string) => `/audio/${sha256}`,
} as const;

/** Why an order came to nothing: the bench's code, or `offline` where nobody answered. */
export class Refusal extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
  const response = await fetch(path, init).catch(() => undefined);
  if (!response) throw new Refusal('offline');
  if (response.ok) return response;
  const problem = (await response.json().catch(() => undefined)) as { code?: unknown } | undefined;
  throw new Refusal(typeof problem?.code === 'string' ? problem.code : 'offline');
};

export const api = {
  /** @throws Refusal */
  state: async (): Promise<BenchState> => (await (await ask(paths.state)).json()) as BenchState,
  /** @throws Refusal */
  order: async (order: BenchOrder): Promise<void> => {
    await ask(paths.order, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
  },
};
export type Api = typeof api;
