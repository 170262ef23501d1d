import type {
  CampaignView,
  ContentProblemView,
  DraftSummary,
  DraftVersionView,
  DraftView,
} from '@xiaolaba/gateway/contract';
import type { Release } from '@xiaolaba/protocol';
import { computed, ref, shallowRef, watch } from 'vue';
import { isAnswer, isRefusal, Refusal, type Trouble, troubleOf } from '../api/client.js';
import { problemsIn } from '../bulletins/bulletin-api.js';
import type { DraftApi } from './draft-api.js';

/** What keeps an action from being done: somebody else was there first. */
export interface Conflict {
  readonly kind: 'changed' | 'state';
  readonly seen: number;
  readonly now: DraftSummary;
  readonly changed: readonly string[];
}
export type Action = 'submit' | 'withdraw' | 'reject';

const taken = ['draft-changed', 'draft-not-waiting'] as const;

/** The list of drafts, the one that is open, and what is done with it. */
export const useDrafts = (api: DraftApi, wanted: () => string | undefined) => {
  const list = shallowRef<readonly DraftSummary[]>();
  const campaigns = shallowRef<ReadonlyMap<string, CampaignView>>(new Map());
  const trouble = shallowRef<Trouble>();
  const draft = shallowRef<DraftView>();
  const versions = shallowRef<readonly DraftVersionView[]>();
  const draftTrouble = shallowRef<Trouble>();
  const rendered = shallowRef<Release>();
  const soundsFailed = ref(false);
  const doing = ref<Action>();
  const done = ref<Action>();
  const conflict = shallowRef<Conflict>();
  const refused = shallowRef<readonly ContentProblemView[]>([]);
  const failure = shallowRef<Trouble>();
  const campaign = computed(() => campaigns.value.get(wanted() ?? ''));
  const gone = computed(() => isAnswer(draftTrouble.value, 'draft-unknown'));

  const readList = async (): Promise<void> => {
    trouble.value = undefined;
    try {
      const [drafts, views] = await Promise.all([api.list(), api.campaigns()]);
      list.value = [...drafts].sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
      campaigns.value = new Map(views.map((view) => [view.id, view]));
    } catch (error) {
      trouble.value = troubleOf(error);
    }
  };

  const readSounds = async (): Promise<void> => {
    const id = wanted();
    const view = campaign.value;
    rendered.value = undefined;
    soundsFailed.value = false;
    if (!view) return;
    const answer = await api.rendered(view).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      return 'failed' as const;
    });
    if (id !== wanted()) return;
    if (answer === 'failed') soundsFailed.value = true;
    else rendered.value = answer;
  };
  watch(campaign, () => void readSounds());

  const readDraft = async (): Promise<void> => {
    const id = wanted();
    draftTrouble.value = undefined;
    if (id === undefined) {
      draft.value = undefined;
      return;
    }
    try {
      const [one, history] = await Promise.all([api.one(id), api.versions(id)]);
      if (id !== wanted()) return;
      draft.value = one;
      versions.value = history;
    } catch (error) {
      if (id === wanted()) draftTrouble.value = troubleOf(error);
    }
  };
  const forget = (): void => {
    conflict.value = undefined;
    refused.value = [];
    failure.value = undefined;
  };
  watch(
    wanted,
    () => {
      draft.value = undefined;
      versions.value = undefined;
      done.value = undefined;
      forget();
      void readDraft();
    },
    { immediate: true },
  );

  const conflictOf = async (error: unknown, seen: number, id: string): Promise<Conflict | undefined> => {
    if (!(error instanceof Refusal) || error.trouble.kind !== 'answer') return undefined;
    const { code, details } = error.trouble.problem;
    if (!taken.some((one) => one === code)) return undefined;
    const now = await api.one(id);
    const changed = Array.isArray(details.changed) ? details.changed.map(String) : [];
    return { kind: code === 'draft-changed' ? 'changed' : 'state', seen, now, changed };
  };
  /** Does something with the open draft. @returns whether it was done */
  const act = async (action: Action, reason = ''): Promise<boolean> => {
    const open = draft.value;
    if (!open || doing.value) return false;
    const { id, version } = open;
    doing.value = action;
    done.value = undefined;
    forget();
    try {
      if (action === 'submit') await api.submit(id, version);
      else if (action === 'reject') await api.reject(id, reason);
      else await api.withdraw(id);
      await Promise.all([readDraft(), readList()]);
      done.value = action;
      return true;
    } catch (error) {
      conflict.value = await conflictOf(error, version, id).catch(() => undefined);
      refused.value = problemsIn(error);
      if (!conflict.value && refused.value.length === 0) failure.value = troubleOf(error);
      // What could not be made of it is told with the campaign.
      if (isRefusal(error, 'draft-unplayable')) await readList();
      return false;
    } finally {
      doing.value = undefined;
    }
  };
  const lookAgain = async (): Promise<void> => {
    forget();
    await Promise.all([readDraft(), readList()]);
  };

  void readList();
  return {
    list,
    campaigns,
    campaign,
    trouble,
    readList,
    draft,
    versions,
    draftTrouble,
    gone,
    readDraft,
    rendered,
    soundsFailed,
    doing,
    done,
    conflict,
    refused,
    failure,
    act,
    lookAgain,
  };
};
export type Drafts = ReturnType<typeof useDrafts>;
