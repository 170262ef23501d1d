import type { PlaceDetail } from '@xiaolaba/gateway/contract';
import { onScopeDispose, shallowRef, watch } from 'vue';
import { api, type Trouble, troubleOf } from '../api/client.js';
import type { Coverage } from '../coverage/use-coverage.js';

/** A place that changes is read again at most this often. */
const everyMs = 1500;

/** The chosen place's day, read when it is chosen and again whenever its tally changes. */
export const usePlace = (coverage: Coverage, place: () => string | undefined) => {
  const detail = shallowRef<PlaceDetail>();
  const trouble = shallowRef<Trouble>();
  let reading: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const read = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    reading?.abort();
    const mine = new AbortController();
    reading = mine;
    const id = place();
    const day = coverage.shownDay.value;
    if (!id || !day) return;
    try {
      const answer = await api.place(id, day, mine.signal);
      if (mine.signal.aborted) return;
      detail.value = answer;
      trouble.value = undefined;
    } catch (error) {
      if (!mine.signal.aborted) trouble.value = troubleOf(error);
    }
  };
  watch(
    [place, coverage.shownDay],
    () => {
      detail.value = undefined;
      trouble.value = undefined;
      void read();
    },
    { immediate: true },
  );
  watch(
    () => coverage.places.value.get(place() ?? ''),
    (after, before) => {
      if (after && before && detail.value) timer ??= setTimeout(read, everyMs);
    },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    reading?.abort();
  });
  return { detail, trouble, read };
};
