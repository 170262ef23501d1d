import type { CampaignView, DraftSummary, DraftView, VoicesView } from '@xiaolaba/gateway/contract';
import { computed, ref, shallowRef } from 'vue';
import { Refusal, type Trouble, troubleOf } from '../api/client.js';
import { inTurn } from './in-turn.js';
import type { ItemsApi } from './items-api.js';
import { itemsOf, voiceTable } from './library.js';

/** Bulletins of years ago are read only when somebody wants them. */
const atFirst = 100;
const atOnce = 6;

/** Every item of every draft, newest drafts first, and who can speak what. */
export const useLibrary = (api: ItemsApi) => {
  const summaries = shallowRef<readonly DraftSummary[]>();
  const drafts = shallowRef<ReadonlyMap<string, DraftView>>(new Map());
  const campaigns = shallowRef<ReadonlyMap<string, CampaignView>>(new Map());
  const voices = shallowRef<VoicesView>();
  const trouble = shallowRef<Trouble>();
  const most = ref(atFirst);
  const failed = ref(0);

  const readDrafts = async (): Promise<void> => {
    const wanted = (summaries.value ?? []).slice(0, most.value).filter(({ id, version }) => {
      const held = drafts.value.get(id);
      return held?.version !== version;
    });
    const read = await inTurn(wanted, atOnce, ({ id }) =>
      api.draft(id).catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        return undefined;
      }),
    );
    failed.value = read.filter((one) => !one).length;
    drafts.value = new Map([...drafts.value, ...read.flatMap((one) => (one ? [[one.id, one] as const] : []))]);
  };
  const ready = ref(false);
  const read = async (): Promise<void> => {
    trouble.value = undefined;
    try {
      const [list, views, spoken] = await Promise.all([api.drafts(), api.campaigns(), api.voices()]);
      campaigns.value = new Map(views.map((view) => [view.id, view]));
      voices.value = spoken;
      summaries.value = list
        .filter(({ state }) => state !== 'withdrawn')
        .sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
      await readDrafts();
      ready.value = true;
    } catch (error) {
      trouble.value = troubleOf(error);
    }
  };
  const readMore = async (): Promise<void> => {
    most.value += atFirst;
    await readDrafts();
  };
  const items = computed(() =>
    (summaries.value ?? []).flatMap(({ id }) => {
      const draft = drafts.value.get(id);
      return draft ? itemsOf(draft, campaigns.value.get(id)) : [];
    }),
  );
  /** A draft as it was just saved. */
  const hold = (draft: DraftView): void => {
    drafts.value = new Map([...drafts.value, [draft.id, draft]]);
  };

  void read();
  return {
    ready,
    items,
    voices,
    table: computed(() => voiceTable(voices.value)),
    unread: computed(() => Math.max(0, (summaries.value?.length ?? 0) - most.value)),
    failed,
    trouble,
    read,
    readMore,
    hold,
  };
};
export type ItemLibrary = ReturnType<typeof useLibrary>;
