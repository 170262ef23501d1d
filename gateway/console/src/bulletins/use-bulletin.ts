import type {
  BulletinFormView,
  BulletinPreview,
  BulletinRequest,
  ContentProblemView,
} from '@xiaolaba/gateway/contract';
import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue';
import { type Trouble, troubleOf } from '../api/client.js';
import { shiftDay } from '../shell/time.js';
import { useKeptForm } from '../shell/use-kept.js';
import { type bulletinApi, problemsIn } from './bulletin-api.js';

/** After the last key; short enough to feel live, long enough not to ask for every stroke. */
const restMs = 300;

export interface BulletinEntries {
  template: string;
  fields: Record<string, string>;
  estate: string;
  neighbours: number;
  from: string;
  to: string;
  everySeconds: number;
  days: number;
}

const fresh = (): BulletinEntries => ({
  template: '',
  fields: {},
  estate: '',
  neighbours: 500,
  from: '08:00',
  to: '20:00',
  everySeconds: 1800,
  days: 3,
});

/** The bulletin that `account` is writing, what the gateway makes of it, and its way to approval. */
export const useBulletin = (api: typeof bulletinApi, account: string | undefined) => {
  const form = shallowRef<BulletinFormView>();
  const trouble = shallowRef<Trouble>();
  const entries = reactive(fresh());
  const { restored, forget } = useKeptForm<BulletinEntries>({
    name: 'bulletin',
    account,
    now: () => entries,
    fill: (kept) => Object.assign(entries, kept),
    blank: fresh,
  });
  const preview = shallowRef<BulletinPreview>();
  const previewTrouble = shallowRef<Trouble>();
  const previewing = ref(false);
  const submitting = ref(false);
  /** Problems of a submission that was refused; the next preview takes their place. */
  const refused = shallowRef<readonly ContentProblemView[]>([]);
  const made = shallowRef<readonly string[]>();

  const template = computed(() => form.value?.templates.find(({ id }) => id === entries.template));
  const dayFields = computed(() => (template.value?.fields ?? []).filter(({ kind }) => kind === 'date'));
  const request = computed((): BulletinRequest | undefined => {
    if (!template.value || entries.estate === '') return undefined;
    // What another template asked for stays in the form, but goes nowhere.
    const fields = template.value.fields.map(({ id }) => [id, entries.fields[id] ?? '']);
    return {
      template: entries.template,
      fields: Object.fromEntries(fields) as Record<string, string>,
      estate: entries.estate,
      hours: { from: entries.from, to: entries.to },
      everySeconds: entries.everySeconds,
      days: entries.days,
      neighbours: entries.neighbours,
    };
  });
  const missing = computed(() => (template.value?.fields ?? []).filter(({ id }) => !(entries.fields[id] ?? '').trim()));
  const problems = computed(() => {
    const found = refused.value.length > 0 ? refused.value : (preview.value?.problems ?? []);
    // What is not filled in yet is said as such, not as a mistake.
    return found.filter(({ code, field }) => code !== 'field-missing' || !field?.startsWith('fields.'));
  });
  const ready = computed(() => !previewing.value && preview.value?.ready === true && request.value !== undefined);

  const load = async (): Promise<void> => {
    trouble.value = undefined;
    try {
      form.value = await api.form();
    } catch (error) {
      trouble.value = troubleOf(error);
    }
  };

  let reading: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (wanted: BulletinRequest): Promise<void> => {
    const mine = new AbortController();
    reading = mine;
    try {
      const answer = await api.preview(wanted, mine.signal);
      if (mine.signal.aborted) return;
      preview.value = answer;
      previewTrouble.value = undefined;
      refused.value = [];
    } catch (error) {
      if (mine.signal.aborted) return;
      preview.value = undefined;
      previewTrouble.value = troubleOf(error);
    }
    previewing.value = false;
  };
  const lookAgain = (): void => {
    clearTimeout(timer);
    reading?.abort();
    const wanted = request.value;
    previewing.value = wanted !== undefined;
    if (!wanted) preview.value = undefined;
    else timer = setTimeout(() => void look(wanted), restMs);
  };
  watch(request, lookAgain);
  onScopeDispose(() => {
    clearTimeout(timer);
    reading?.abort();
  });

  // Most cases are told the day after.
  watch(template, () => {
    for (const { id } of dayFields.value)
      if (form.value && !entries.fields[id]) entries.fields[id] = shiftDay(form.value.today, -1);
  });

  const submit = async (): Promise<Trouble | undefined> => {
    const wanted = request.value;
    if (!wanted || submitting.value) return undefined;
    submitting.value = true;
    try {
      made.value = (await api.make(wanted)).drafts;
      forget();
      return undefined;
    } catch (error) {
      refused.value = problemsIn(error);
      return refused.value.length > 0 ? undefined : troubleOf(error);
    } finally {
      submitting.value = false;
    }
  };
  const clear = (): void => {
    Object.assign(entries, fresh());
    forget();
    made.value = undefined;
    refused.value = [];
    previewTrouble.value = undefined;
  };

  void load();
  return {
    form,
    trouble,
    load,
    entries,
    restored,
    template,
    preview,
    previewTrouble,
    previewing,
    lookAgain,
    missing,
    problems,
    ready,
    submitting,
    submit,
    made,
    clear,
  };
};
export type Bulletin = ReturnType<typeof useBulletin>;
