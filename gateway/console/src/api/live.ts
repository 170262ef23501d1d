import type { LiveEvents, Vehicle } from '@xiaolaba/gateway/contract';
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

const listeners = new Set<LiveHandlers>();
let source: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let pause = firstPauseMs;
/** What the gateway says to whoever has just come, for those who join a line that is open. */
let told: { now?: LiveEvents['now']; alerts?: LiveEvents['alerts']; readonly vehicles: Map<string, Vehicle> } = {
  vehicles: new Map(),
};

const tellState = (up: boolean): void => {
  for (const { state } of listeners) state(up);
};
const hangUp = (): void => {
  clearTimeout(timer);
  source?.close();
  source = undefined;
  told = { vehicles: new Map() };
  tellState(false);
};
const watchLine = (): void => {
  clearTimeout(timer);
  timer = setTimeout(retry, patienceMs);
};
const retry = (): void => {
  hangUp();
  timer = setTimeout(connect, pause * (0.75 + Math.random() / 2));
  pause = Math.min(pause * 2, longestPauseMs);
};
const connect = (): void => {
  const next = new EventSource(paths.live);
  source = next;
  const on = <E extends keyof LiveEvents>(event: E, keep?: (data: LiveEvents[E]) => void): void => {
    next.addEventListener(event, (message: MessageEvent<string>) => {
      watchLine();
      tellState(true);
      const data = JSON.parse(message.data) as LiveEvents[E];
      keep?.(data);
      for (const listener of listeners) (listener[event] as ((data: LiveEvents[E]) => void) | undefined)?.(data);
    });
  };
  on('now', (now) => {
    told.now = now;
  });
  on('alerts', (alerts) => {
    told.alerts = alerts;
  });
  on('vehicles', (moved) => {
    for (const vehicle of moved) told.vehicles.set(vehicle.device, vehicle);
  });
  on('coverage');
  next.onopen = () => {
    pause = firstPauseMs;
  };
  next.onerror = retry;
  watchLine();
};

/**
 * A browser opens six lines to one gateway, for all its tabs together. So a page has one of them, whoever listens on
 * it, and a page that nobody sees has none: with more, the next tab would wait for ever.
 */
const attend = (): void => {
  if (listeners.size === 0 || document.hidden) hangUp();
  else if (!source) {
    clearTimeout(timer);
    pause = firstPauseMs;
    connect();
  }
};

const greet = (listener: LiveHandlers): void => {
  const { now, alerts, vehicles } = told;
  if (!now || !listeners.has(listener)) return;
  listener.state(true);
  listener.now(now);
  if (alerts) listener.alerts?.(alerts);
  if (vehicles.size > 0) listener.vehicles?.([...vehicles.values()]);
};

/** Listens to the gateway until told to stop, and comes back by itself with growing pauses. */
export const openLive = (handlers: LiveHandlers): (() => void) => {
  if (listeners.size === 0) document.addEventListener('visibilitychange', attend);
  listeners.add(handlers);
  if (source) queueMicrotask(() => greet(handlers));
  else if (listeners.size === 1) attend();
  return () => {
    listeners.delete(handlers);
    if (listeners.size > 0) return;
    document.removeEventListener('visibilitychange', attend);
    attend();
  };
};
