/** Lets at most `limit` jobs run, and jobs with the same key only one after another. */
export interface JobGate {
  run<T>(key: string, job: () => Promise<T>): Promise<T>;
}

export function createJobGate(limit: number): JobGate {
  const chains = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = (): Promise<void> => {
    if (running < limit) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return {
    run: (key, job) => {
      const turn = (chains.get(key) ?? Promise.resolve()).then(async () => {
        await enter();
        try {
          return await job();
        } finally {
          leave();
        }
      });
      const settled = turn
        .catch(() => undefined)
        .then(() => {
          if (chains.get(key) === settled) chains.delete(key);
        });
      chains.set(key, settled);
      return turn;
    },
  };
}
