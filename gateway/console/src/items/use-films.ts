import type { VideoFile } from '@xiaolaba/gateway/contract';
import { shallowRef } from 'vue';
import { Refusal, type Trouble } from '../api/client.js';
import { itemsApi } from './items-api.js';

const list = shallowRef<readonly VideoFile[]>();
const trouble = shallowRef<Trouble>();
/** How often and how long the gateway is asked again while it still converts. */
const askAgainMs = 3000;
const mostAsked = 40;

const read = async (asked = 0): Promise<void> => {
  try {
    list.value = await itemsApi.videos();
    trouble.value = undefined;
    if (asked < mostAsked && list.value.some(({ rendition, refused }) => !rendition && !refused))
      setTimeout(() => void read(asked + 1), askAgainMs);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    trouble.value = error.trouble;
  }
};

/** The films of the library, the same list on every page. */
export const useFilms = () => ({ list, trouble, read: () => read() });
