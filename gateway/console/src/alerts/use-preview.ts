import type { AlertPreview, ContentProblemView } from '@xiaolaba/gateway/contract';
import { onBeforeUnmount, ref, shallowRef, watch } from 'vue';
import { Refusal, type Trouble } from '../api/client.js';
import { alertsApi } from './alerts-api.js';
import { type AlertForm, requestOf } from './request.js';

/** Voices are rendered for it: not at every key. */
const pauseMs = 600;

/** What a document was refused for, each with its field; nothing where it is another trouble. */
export const problemsIn = (trouble: Trouble): ContentProblemView[] => {
  const details = trouble.kind === 'answer' ? trouble.problem.details : undefined;
  const problems = (details as { problems?: ContentProblemView[] } | undefined)?.problems;
  return Array.isArray(problems) ? problems : [];
};

/** What would come of the form, as soon as nothing is lacking and nobody types. */
export const usePreview = (form: () => AlertForm) => {
  const preview = shallowRef<AlertPreview>();
  const problems = shallowRef<readonly ContentProblemView[]>([]);
  const trouble = shallowRef<Trouble>();
  const working = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked: AbortController | undefined;

  const ask = async () => {
    const body = requestOf(form());
    if (!body) return;
    const mine = new AbortController();
    asked = mine;
    try {
      const answer = await alertsApi.preview(body, mine.signal);
      preview.value = answer;
      problems.value = answer.problems;
      trouble.value = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof Refusal)) throw error;
      preview.value = undefined;
      problems.value = problemsIn(error.trouble);
      trouble.value = problems.value.length > 0 ? undefined : error.trouble;
    } finally {
      if (asked === mine) working.value = false;
    }
  };
  watch(
    form,
    (next) => {
      clearTimeout(timer);
      asked?.abort();
      trouble.value = undefined;
      working.value = requestOf(next) !== undefined;
      if (working.value) {
        timer = setTimeout(() => void ask(), pauseMs);
        return;
      }
      preview.value = undefined;
      problems.value = [];
    },
    { deep: true, immediate: true },
  );
  onBeforeUnmount(() => {
    clearTimeout(timer);
    asked?.abort();
  });
  return { preview, problems, trouble, working };
};
