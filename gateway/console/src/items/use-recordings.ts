import type { RecordingView } from '@xiaolaba/gateway/contract';
import { ref, shallowRef } from 'vue';
import { Refusal, type Trouble } from '../api/client.js';
import { itemsApi } from './items-api.js';

const list = shallowRef<readonly RecordingView[]>();
const trouble = shallowRef<Trouble>();
const reading = ref(false);
/** How often and how long the gateway is asked again while it still measures. */
const askAgainMs = 2000;
const mostAsked = 30;

const read = async (asked = 0): Promise<void> => {
  reading.value = true;
  try {
    list.value = await itemsApi.recordings();
    trouble.value = undefined;
    if (asked < mostAsked && list.value.some(({ figures, refused }) => !figures && !refused))
      setTimeout(() => void read(asked + 1), askAgainMs);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    trouble.value = error.trouble;
  } finally {
    reading.value = false;
  }
};

/** The recordings of the library, the same list on every page. */
export const useRecordings = () => ({
  list,
  trouble,
  read: () => read(),
  /** What was just made stands first. */
  add: (recording: RecordingView): void => {
    list.value = [recording, ...(list.value ?? []).filter(({ name }) => name !== recording.name)];
  },
  remove: (name: string): void => {
    list.value = list.value?.filter((one) => one.name !== name);
  },
});
