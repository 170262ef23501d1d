import type { PartId, SerialFrame } from '@xiaolaba/simulator/bench-contract';
import { computed, ref, shallowRef } from 'vue';

/** As many as a technician scrolls back through, and few enough for any machine. */
export const mostFrames = 2000;

export interface LoggedFrame extends SerialFrame {
  /** Counts up from the first frame that the page saw. */
  readonly number: number;
}

/** The frames that passed, the oldest first. While it is paused they are kept apart, bounded just the same. */
export const createFrameLog = (soon: (call: () => void) => void = requestAnimationFrame) => {
  const shown = shallowRef<readonly LoggedFrame[]>([]);
  const paused = ref(false);
  const filter = ref<PartId>();
  const waiting = ref(0);
  let held: LoggedFrame[] = [];
  let numbers = 0;
  let isDue = false;

  const flush = () => {
    isDue = false;
    waiting.value = paused.value ? held.length : 0;
    if (paused.value || held.length === 0) return;
    shown.value = [...shown.value, ...held].slice(-mostFrames);
    held = [];
    waiting.value = 0;
  };
  const flushSoon = () => {
    if (isDue) return;
    isDue = true;
    // A burst becomes one drawing.
    soon(flush);
  };

  return {
    paused,
    filter,
    waiting,
    visible: computed(() => (filter.value ? shown.value.filter(({ part }) => part === filter.value) : shown.value)),
    add(frame: SerialFrame): void {
      numbers += 1;
      held.push({ ...frame, number: numbers });
      if (held.length > mostFrames * 2) held = held.slice(-mostFrames);
      flushSoon();
    },
    setPaused(isPaused: boolean): void {
      paused.value = isPaused;
      flushSoon();
    },
    clear(): void {
      held = [];
      shown.value = [];
      waiting.value = 0;
    },
  };
};
