import type { ContentProblemView, DraftView, ScheduleCheck } from '@xiaolaba/gateway/contract';
import { computed, ref, shallowRef } from 'vue';
import { isRefusal, Refusal, type Trouble, troubleOf } from '../api/client.js';
import { problemsIn } from '../bulletins/bulletin-api.js';
import type { ScheduleApi } from './schedule-api.js';
import { type CampaignDocument, type Edit, type WindowRef, windowIn } from './window-edit.js';

interface Done {
  readonly edit: Edit;
  /** What was open before it, for undoing. */
  readonly open: WindowRef | undefined;
}
/** Somebody else has saved it meanwhile. */
export interface Conflict {
  readonly version: number;
  readonly author: string;
  readonly changed: readonly string[];
}
const documentOf = ({ campaign }: DraftView): CampaignDocument => campaign as unknown as CampaignDocument;

/**
 * The campaign that is being edited: as it was saved, and the edits since, each of which can be taken back or done anew
 * on what somebody else has saved. Nothing is saved before its effect on the schedule has been worked out.
 */
export const useEdit = (api: ScheduleApi, monday: () => string) => {
  const draft = shallowRef<DraftView>();
  const edits = shallowRef<readonly Done[]>([]);
  const open = shallowRef<WindowRef>();
  const check = shallowRef<ScheduleCheck>();
  /** The same for what was saved: what it already loses is no fault of the edit. */
  const baseline = shallowRef<ScheduleCheck>();
  const checking = ref(false);
  const saving = ref(false);
  const trouble = shallowRef<Trouble>();
  const conflict = shallowRef<Conflict>();
  const refused = shallowRef<readonly ContentProblemView[]>([]);
  /** Edits that could not be done anew, because what they were about is gone. */
  const lost = ref(0);
  const saved = shallowRef<{ readonly id: string; readonly version: number }>();

  const document = computed<CampaignDocument | undefined>(
    () =>
      draft.value && edits.value.reduce<CampaignDocument>((now, { edit }) => edit(now) ?? now, documentOf(draft.value)),
  );
  const dirty = computed(() => edits.value.length > 0);

  const quietLosses = (of: ScheduleCheck | undefined) =>
    (of?.losses ?? []).filter(({ reason, campaign }) => reason === 'quiet-hours' && campaign === draft.value?.id);
  /** Plays that the edit would put into quiet hours. */
  const newlyQuiet = computed(() => {
    const before = new Map(quietLosses(baseline.value).map(({ cue, times }) => [cue, times]));
    return quietLosses(check.value).filter(({ cue, times }) => times > (before.get(cue) ?? 0));
  });
  const forbidden = computed(() => (check.value?.errors.length ?? 0) > 0 || newlyQuiet.value.length > 0);
  const maySave = computed(
    () => dirty.value && !checking.value && !saving.value && check.value !== undefined && !forbidden.value,
  );

  let turn = 0;
  const workOut = async (): Promise<void> => {
    const mine = ++turn;
    const { value } = document;
    check.value = undefined;
    trouble.value = undefined;
    if (!value || !draft.value || !dirty.value) {
      checking.value = false;
      return;
    }
    checking.value = true;
    try {
      baseline.value ??= await api.check(documentOf(draft.value), monday());
      const found = await api.check(value, monday());
      if (mine === turn) check.value = found;
    } catch (error) {
      if (mine === turn) trouble.value = troubleOf(error);
    } finally {
      if (mine === turn) checking.value = false;
    }
  };

  const forget = (): void => {
    conflict.value = undefined;
    refused.value = [];
    lost.value = 0;
  };
  const close = (): void => {
    turn += 1;
    draft.value = undefined;
    edits.value = [];
    open.value = undefined;
    check.value = undefined;
    baseline.value = undefined;
    checking.value = false;
    trouble.value = undefined;
    forget();
  };
  /** Opens a campaign at one of its windows. @returns false where something else is not saved yet, or it can't be read */
  const begin = async (id: string, at?: WindowRef): Promise<boolean> => {
    saved.value = undefined;
    if (draft.value?.id === id) {
      open.value = at;
      return true;
    }
    if (dirty.value) return false;
    close();
    try {
      draft.value = await api.draft(id);
      open.value = at;
      return true;
    } catch (error) {
      trouble.value = troubleOf(error);
      return false;
    }
  };
  /** Does one edit. @returns whether it changed anything */
  const apply = (edit: Edit, then: WindowRef | undefined = open.value): boolean => {
    const { value } = document;
    const next = value && edit(value);
    if (!next || JSON.stringify(next) === JSON.stringify(value)) return false;
    edits.value = [...edits.value, { edit, open: open.value }];
    open.value = then && windowIn(next, then) ? then : undefined;
    forget();
    void workOut();
    return true;
  };
  const undo = (): void => {
    const last = edits.value.at(-1);
    if (!last) return;
    edits.value = edits.value.slice(0, -1);
    open.value = last.open;
    forget();
    void workOut();
  };

  /** @returns whether it was saved */
  const save = async (): Promise<boolean> => {
    const { value } = document;
    if (!value || !draft.value || !maySave.value) return false;
    saving.value = true;
    trouble.value = undefined;
    forget();
    try {
      const { draft: now } = await api.save(value, draft.value.version);
      const at = open.value;
      close();
      draft.value = now;
      open.value = at;
      saved.value = { id: now.id, version: now.version };
      return true;
    } catch (error) {
      refused.value = problemsIn(error);
      if (isRefusal(error, 'draft-changed') && error instanceof Refusal && error.trouble.kind === 'answer') {
        const { version, author, changed } = error.trouble.problem.details;
        conflict.value = {
          version: Number(version),
          author: String(author),
          changed: Array.isArray(changed) ? changed.map(String) : [],
        };
      } else if (refused.value.length === 0) trouble.value = troubleOf(error);
      return false;
    } finally {
      saving.value = false;
    }
  };

  /** Takes what somebody else has saved, and does the edits anew on it. */
  const doAnew = async (): Promise<void> => {
    const id = draft.value?.id;
    if (id === undefined) return;
    try {
      const now = await api.draft(id);
      forget();
      baseline.value = undefined;
      draft.value = now;
      let left = documentOf(now);
      const kept: Done[] = [];
      for (const one of edits.value) {
        const next = one.edit(left);
        if (next) {
          left = next;
          kept.push(one);
        } else lost.value += 1;
      }
      edits.value = kept;
      if (open.value && !windowIn(left, open.value)) open.value = undefined;
      await workOut();
    } catch (error) {
      trouble.value = troubleOf(error);
    }
  };
  /** Another week is looked at: what was worked out was about this one. */
  const weekChanged = (): void => {
    baseline.value = undefined;
    void workOut();
  };

  return {
    ...{ draft, document, open, dirty, edits, check, checking, newlyQuiet, forbidden, maySave },
    ...{ saving, trouble, conflict, refused, lost, saved },
    ...{ begin, apply, undo, save, doAnew, close, workOut, weekChanged },
  };
};
export type Editing = ReturnType<typeof useEdit>;
