import type { ContentProblemView, DraftLook, DraftPrediction, ScheduleCheck } from '@xiaolaba/gateway/contract';
import { computed, type InjectionKey, inject, onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import { type Trouble, troubleOf } from '../../api/client.js';
import { type CampaignDocument, finished } from './document.js';
import type { EditorApi } from './editor-api.js';

/** After the last key; the schedule and the prediction take longer to work out, so they wait longer. */
const lookRestMs = 350;
const checkRestMs = 900;

/** What the gateway says of a document while it is being written. What is asked is given up as soon as there is something newer. */
export const useLook = (api: EditorApi, document: Ref<CampaignDocument | undefined>) => {
  const look = shallowRef<DraftLook>();
  const check = shallowRef<ScheduleCheck>();
  const prediction = shallowRef<DraftPrediction>();
  const looking = ref(false);
  const checking = ref(false);
  const trouble = shallowRef<Trouble>();
  let asking: AbortController | undefined;
  let timers: ReturnType<typeof setTimeout>[] = [];

  const stop = (): void => {
    asking?.abort();
    for (const timer of timers) clearTimeout(timer);
    timers = [];
  };
  const guarded = async (signal: AbortSignal, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      if (!signal.aborted) trouble.value = undefined;
    } catch (error) {
      if (!signal.aborted) trouble.value = troubleOf(error);
    }
  };
  const again = (): void => {
    stop();
    if (!document.value) return;
    const wanted = finished(document.value);
    const mine = new AbortController();
    const { signal } = mine;
    asking = mine;
    looking.value = true;
    checking.value = true;
    const first = () =>
      guarded(signal, async () => {
        const answer = await api.look(wanted, signal);
        if (!signal.aborted) look.value = answer;
      }).then(() => {
        if (!signal.aborted) looking.value = false;
      });
    const second = () =>
      guarded(signal, async () => {
        const answer = await api.check(wanted, signal);
        if (signal.aborted) return;
        check.value = answer;
        checking.value = false;
        const predicted = await api.predict(wanted, signal);
        if (!signal.aborted) prediction.value = predicted;
      }).then(() => {
        if (!signal.aborted) checking.value = false;
      });
    timers = [setTimeout(() => void first(), lookRestMs), setTimeout(() => void second(), checkRestMs)];
  };
  watch(document, again, { deep: true, immediate: true });
  onScopeDispose(stop);

  /** An announcement is known by its name here, not by its id. */
  const problems = computed((): readonly ContentProblemView[] =>
    (look.value?.problems ?? []).map((problem) => {
      const { title } = document.value?.items.find(({ id }) => id === problem.details.id) ?? {};
      if (!title?.zh) return problem;
      const named = (sentence: string, name: string) => sentence.replace(String(problem.details.id), name);
      const { zh, en } = problem.sentence;
      return { ...problem, sentence: { zh: named(zh, title.zh), en: named(en, title.en || title.zh) } };
    }),
  );
  const errors = computed(() => problems.value.filter(({ severity }) => severity === 'error'));
  return {
    look,
    check,
    prediction,
    looking,
    checking,
    trouble,
    again,
    problems,
    errors,
    /** What is wrong with a field; with `below`, also with what is inside it. */
    at: (field: string, below = false) =>
      problems.value.filter(
        (problem) => problem.field === field || (below && problem.field?.startsWith(`${field}.`) === true),
      ),
  };
};
export type Look = ReturnType<typeof useLook>;

export const lookKey: InjectionKey<Look> = Symbol('look');
export const useFieldLook = (): Look => {
  const look = inject(lookKey);
  if (!look) throw new Error('a field outside the editor');
  return look;
};
