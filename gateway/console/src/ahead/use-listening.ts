import { ref, shallowRef } from 'vue';
import type { Play } from './plays.js';

export interface Sound {
  readonly key: string;
  readonly url: string;
  readonly play: Pick<Play, 'title' | 'itemTitle' | 'dialect' | 'words'>;
  /** When it sounds there; absent for what waits for something to happen. */
  readonly startAt?: number;
}

/** Plays sounds one after the other through one element; what lies between them is skipped. */
export const useListening = () => {
  const queue = shallowRef<readonly Sound[]>([]);
  const index = ref(-1);
  /** Whether the next one follows by itself. */
  const through = ref(false);
  const playing = ref(false);
  const failed = ref(false);
  const seconds = ref(0);
  const length = ref<number>();
  const source = ref<string>();

  const load = (next: number) => {
    index.value = next;
    failed.value = false;
    seconds.value = 0;
    length.value = undefined;
    source.value = queue.value[next]?.url;
  };
  const start = (sounds: readonly Sound[], key: string | undefined, goOn: boolean) => {
    queue.value = sounds;
    through.value = goOn;
    load(
      Math.max(
        0,
        sounds.findIndex((sound) => sound.key === key),
      ),
    );
  };
  const stop = () => {
    queue.value = [];
    index.value = -1;
    source.value = undefined;
    playing.value = false;
    failed.value = false;
  };
  const step = (by: number) => {
    const next = index.value + by;
    if (next >= 0 && next < queue.value.length) load(next);
    else if (by > 0) stop();
  };
  const ended = () => {
    playing.value = false;
    if (through.value) step(1);
  };
  return { queue, index, through, playing, failed, seconds, length, source, start, stop, step, ended };
};
export type Listening = ReturnType<typeof useListening>;
