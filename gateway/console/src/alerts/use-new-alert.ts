import type { AlertTextView, AlertView } from '@xiaolaba/gateway/contract';
import { computed, ref, shallowRef } from 'vue';
import { Refusal, type Trouble } from '../api/client.js';
import { openCandidate, openReleased } from '../approvals/open-candidate.js';
import { useKeptForm } from '../shell/use-kept.js';
import { alertsApi } from './alerts-api.js';
import { type AlertForm, emptyForm, formFrom, lackingIn, offered, requestOf } from './request.js';
import { problemsIn, usePreview } from './use-preview.js';

/** Problems that are told beside the field that they are about. */
const inFields = /^(text|title|sign|fields\.|spoken\.\d+\.|repeatSeconds)/;

/** The alert that `account` is preparing, what would come of it, and its way to those who sign. */
export const useNewAlert = (account: string | undefined, texts: () => readonly AlertTextView[]) => {
  const form = ref<AlertForm>(emptyForm());
  const { restored, forget } = useKeptForm<AlertForm>({
    name: 'alert',
    account,
    now: () => form.value,
    fill: (kept) => {
      form.value = kept;
    },
    blank: emptyForm,
  });
  const { preview, problems, trouble, working } = usePreview(() => form.value);
  const making = ref(false);
  const refused = shallowRef<Trouble>();

  const lacking = computed(() => lackingIn(form.value));
  const general = computed(() => problems.value.filter(({ field }) => !field || !inFields.test(field)));
  const errors = computed(() => problems.value.filter(({ severity }) => severity === 'error').length);

  const choose = (status: AlertView['status']): void => {
    const still = form.value.text === 'free' || offered(texts(), status).some(({ id }) => id === form.value.text);
    const { text: _text, ...rest } = form.value;
    form.value = still ? { ...form.value, status } : { ...rest, status };
  };
  const discard = (): void => {
    form.value = emptyForm();
    forget();
  };
  /** @returns the alert, if it was prepared */
  const make = async (): Promise<AlertView | undefined> => {
    const body = requestOf(form.value);
    if (!body || making.value) return undefined;
    making.value = true;
    refused.value = undefined;
    try {
      const alert = await alertsApi.create(body);
      discard();
      return alert;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const found = problemsIn(error.trouble);
      if (found.length > 0) problems.value = found;
      else refused.value = error.trouble;
      return undefined;
    } finally {
      making.value = false;
    }
  };
  /** Takes an alert over into the form, with the places that its own bytes name. */
  const takeOver = async (alert: AlertView): Promise<void> => {
    refused.value = undefined;
    try {
      const release = alert.candidate
        ? (await openCandidate(alert.candidate, await alertsApi.candidate(alert.candidate))).release
        : alert.release && (await openReleased(alert.release, await alertsApi.release(alert.release)));
      discard();
      form.value = formFrom(alert, release ? release.audience.places : []);
    } catch (error) {
      if (error instanceof Refusal) refused.value = error.trouble;
      else throw error;
    }
  };

  return {
    form,
    restored,
    preview,
    problems,
    trouble,
    working,
    making,
    refused,
    lacking,
    general,
    errors,
    choose,
    discard,
    make,
    takeOver,
  };
};
