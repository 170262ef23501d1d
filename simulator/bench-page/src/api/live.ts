import type { BenchNote, BenchState, LevelReading, SeenRecord, SerialFrame } from '@xiaolaba/simulator/bench-contract';
import { paths } from './client.js';

interface LiveEvents {
  readonly state: BenchState;
  readonly level: LevelReading;
  readonly frame: SerialFrame;
  readonly record: SeenRecord;
  readonly note: BenchNote;
}
export type LiveHandlers = { [E in keyof LiveEvents]: (data: LiveEvents[E]) => void } & {
  connected: (isConnected: boolean) => void;
};

const firstPauseMs = 500;
const longestPauseMs = 8000;

/** Listens to the bench until told to stop, and comes back by itself with growing pauses. */
export const openLive = (handlers: LiveHandlers): (() => void) => {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = firstPauseMs;
  let ended = false;

  const retry = () => {
    source?.close();
    handlers.connected(false);
    clearTimeout(timer);
    if (ended) return;
    timer = setTimeout(connect, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, longestPauseMs);
  };
  const on = <E extends keyof LiveEvents>(target: EventSource, event: E): void => {
    target.addEventListener(event, (message: MessageEvent<string>) => {
      (handlers[event] as (data: LiveEvents[E]) => void)(JSON.parse(message.data) as LiveEvents[E]);
    });
  };
  const connect = () => {
    const next = new EventSource(paths.events);
    source = next;
    on(next, 'state');
    on(next, 'level');
    on(next, 'frame');
    on(next, 'record');
    on(next, 'note');
    next.onopen = () => {
      pause = firstPauseMs;
      handlers.connected(true);
    };
    next.onerror = retry;
  };
  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
};
