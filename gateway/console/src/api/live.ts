import type { LiveEvents } from '@xiaolaba/gateway/contract';
import { paths } from './client.js';

/** What a listener wants to know of; the time comes always. */
export type LiveHandlers = { [E in Exclude<keyof LiveEvents, 'now'>]?: (data: LiveEvents[E]) => void } & {
  now: (data: LiveEvents['now']) => void;
  state: (connected: boolean) => void;
};

/** No word for so long means that the line is dead even if the browser thinks otherwise. */
const patienceMs = 20_000;
const firstPauseMs = 1000;
const longestPauseMs = 15_000;

/** Listens to the gateway until told to stop, and comes back by itself with growing pauses. */
export const openLive = (handlers: LiveHandlers): (() => void) => {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = firstPauseMs;
  let ended = false;

  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(retry, patienceMs);
  };
  const retry = () => {
    source?.close();
    handlers.state(false);
    clearTimeout(timer);
    if (ended) return;
    timer = setTimeout(connect, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, longestPauseMs);
  };
  const on = <E extends keyof LiveEvents>(target: EventSource, event: E): void => {
    target.addEventListener(event, (message: MessageEvent<string>) => {
      watch();
      handlers.state(true);
      (handlers[event] as (data: LiveEvents[E]) => void)(JSON.parse(message.data) as LiveEvents[E]);
    });
  };
  const connect = () => {
    const next = new EventSource(paths.live);
    source = next;
    on(next, 'now');
    for (const event of ['coverage', 'vehicles', 'alerts'] as const) if (handlers[event]) on(next, event);
    next.onopen = () => {
      pause = firstPauseMs;
    };
    next.onerror = retry;
    watch();
  };
  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
};
