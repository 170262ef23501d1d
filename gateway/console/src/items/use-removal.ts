import { reactive, shallowRef } from 'vue';
import { Refusal, type Trouble } from '../api/client.js';
import { itemsApi } from './items-api.js';

interface Removable {
  readonly name: string;
  readonly title: string;
}

/** Deletes what somebody is sure about, and keeps by its name why something was not deleted. */
export const useRemoval = (
  media: 'recordings' | 'videos',
  then: { readonly gone: (name: string) => unknown; readonly read: () => Promise<void> },
) => {
  /** What is asked about. */
  const asked = shallowRef<Removable>();
  const refused = reactive(new Map<string, Trouble>());
  const remove = async (): Promise<void> => {
    const { name } = asked.value ?? {};
    asked.value = undefined;
    if (name === undefined) return;
    refused.delete(name);
    try {
      await itemsApi.remove(media, name);
      await then.gone(name);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.set(name, error.trouble);
      // Where it is used may be news.
      await then.read();
    }
  };
  return { asked, refused, remove };
};
