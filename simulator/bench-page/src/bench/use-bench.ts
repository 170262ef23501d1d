import type {
  BenchFault,
  BenchNote,
  BenchOrder,
  BenchState,
  LevelReading,
  SeenRecord,
} from '@xiaolaba/simulator/bench-contract';
import { computed, type InjectionKey, inject, onScopeDispose, ref, shallowRef } from 'vue';
import { type Api, Refusal } from '../api/client.js';
import type { LiveHandlers } from '../api/live.js';
import { createFrameLog } from '../monitor/frame-log.js';

const tickMs = 250;
/** More than this is a step of the bench's clock and not a slow network. */
const clockStepMs = 2000;
const staleMs = 2500;
const mostNotes = 3;
const mostRecords = 200;

const keyOf = (record: SeenRecord): string =>
  `${record.device} ${record.at} ${record.kind} ${record.item} ${record.output} ${record.event}`;

interface Sources {
  readonly api: Api;
  readonly openLive: (handlers: LiveHandlers) => () => void;
}

/** Everything the page knows of the bench, kept current for as long as the page is open. */
export const createBench = ({ api, openLive }: Sources) => {
  const state = shallowRef<BenchState>();
  const level = shallowRef<LevelReading>();
  const records = shallowRef<readonly SeenRecord[]>([]);
  const notes = shallowRef<readonly BenchNote[]>([]);
  const frames = createFrameLog();
  const connected = ref(false);
  const failed = ref(false);
  /** By this page's own monotonic clock. */
  const heardAt = ref<number>();
  /** The bench's wall clock, as far as the page can tell; moves four times a second. */
  const now = ref(Date.now());
  let ahead: number | undefined;

  const benchNow = (): number => Date.now() + (ahead ?? 0);
  const tick = setInterval(() => {
    now.value = benchNow();
  }, tickMs);

  const heard = () => {
    heardAt.value = performance.now();
    failed.value = false;
  };
  const take = (next: BenchState) => {
    heard();
    // The least delayed word is the best guess of the bench's clock.
    const seen = next.now - Date.now();
    if (ahead === undefined || seen > ahead || ahead - seen > clockStepMs) ahead = seen;
    now.value = benchNow();
    if (next.profile !== state.value?.profile) level.value = undefined;
    state.value = next;
    records.value = next.records;
  };
  const addNote = (note: BenchNote) => {
    notes.value = [note, ...notes.value].slice(0, mostNotes);
  };
  const read = async (): Promise<void> => {
    try {
      take(await api.state());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failed.value = true;
    }
  };

  const close = openLive({
    connected(isConnected) {
      connected.value = isConnected;
      if (isConnected) void read();
      else if (!state.value) failed.value = true;
    },
    state: take,
    level(reading) {
      heard();
      level.value = reading;
    },
    frame(frame) {
      heard();
      frames.add(frame);
    },
    record(record) {
      heard();
      const key = keyOf(record);
      if (!records.value.some((one) => keyOf(one) === key))
        records.value = [record, ...records.value].slice(0, mostRecords);
    },
    note: addNote,
  });
  onScopeDispose(() => {
    clearInterval(tick);
    close();
  });

  const faultsOn = computed(() => new Set(state.value?.faults.filter(({ on }) => on).map(({ id }) => id)));
  /** What a device without power measured last, or a sensor that fell silent, says nothing of now. */
  const reading = computed(() =>
    level.value && state.value?.powered && now.value - level.value.at < staleMs ? level.value : undefined,
  );
  const link = computed<'up' | 'down' | 'waiting'>(() => {
    if (faultsOn.value.has('drop-link')) return 'down';
    const own = state.value?.seen.find(({ id }) => id === state.value?.device);
    return state.value?.powered && own?.online ? 'up' : 'waiting';
  });

  return {
    state,
    level: reading,
    link,
    records,
    notes,
    frames,
    connected,
    failed,
    heardAt,
    now,
    benchNow,
    read,
    faultsOn,
    isOn: (fault: BenchFault): boolean => faultsOn.value.has(fault),
    dismiss(note: BenchNote): void {
      notes.value = notes.value.filter((one) => one !== note);
    },
    /** Sends an order; what becomes of it shows in the state, or as a note. */
    async order(order: BenchOrder): Promise<void> {
      try {
        await api.order(order);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const code = error.code === 'offline' ? 'order-offline' : 'order-failed';
        addNote({ at: benchNow(), code, details: { code: error.code } });
      }
    },
  };
};
export type Bench = ReturnType<typeof createBench>;
export const benchKey: InjectionKey<Bench> = Symbol('bench');

export const useBench = (): Bench => {
  const bench = inject(benchKey);
  if (!bench) throw new Error('no bench above this component');
  return bench;
};
