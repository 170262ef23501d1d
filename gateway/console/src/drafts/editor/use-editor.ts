import type { ContentProblemView, DraftView } from '@xiaolaba/gateway/contract';
import { computed, ref, shallowRef, watch } from 'vue';
import { isRefusal, type Trouble, troubleOf } from '../../api/client.js';
import { problemsIn } from '../../bulletins/bulletin-api.js';
import { useKeeping } from '../../shell/use-kept.js';
import { type CampaignDocument, canonical, copyOf, finished, freeId } from './document.js';
import type { EditorApi } from './editor-api.js';
import type { KeptWork } from './kept.js';
import { type TheirChange, takeOver, theirChanges } from './merge.js';

export interface EditorConflict {
  readonly theirs: DraftView;
  readonly changes: readonly TheirChange[];
}

const documentOf = ({ campaign }: DraftView): CampaignDocument => copyOf(campaign) as unknown as CampaignDocument;

/** A campaign that is being written: what the gateway has of it, what is new, and how the two come together. */
export const useEditor = (api: EditorApi, kept: KeptWork, id: string) => {
  const mine = ref<CampaignDocument>();
  const draft = shallowRef<DraftView>();
  /** What mine was made from. */
  const base = shallowRef<CampaignDocument>();
  const version = ref<number>();
  const trouble = shallowRef<Trouble>();
  const restored = ref<number>();
  const unkept = ref(false);
  const saving = ref(false);
  const saved = ref(false);
  const refused = shallowRef<readonly ContentProblemView[]>([]);
  const failure = shallowRef<Trouble>();
  const conflict = shallowRef<EditorConflict>();
  const submitted = ref(false);

  const dirty = computed(
    () => mine.value !== undefined && (!base.value || canonical(finished(mine.value)) !== canonical(base.value)),
  );

  const keep = (): void => {
    drop();
    if (!mine.value) return;
    if (!dirty.value) {
      kept.forget(id);
      return;
    }
    unkept.value = !kept.write(id, {
      mine: mine.value,
      ...(base.value ? { base: base.value } : {}),
      ...(version.value === undefined ? {} : { version: version.value }),
      at: Date.now(),
    });
  };
  const { drop } = useKeeping(mine, keep);
  watch(
    mine,
    () => {
      if (dirty.value) saved.value = false;
    },
    { deep: true },
  );

  /** From now on this is what the gateway has. */
  const standOn = (view: DraftView): void => {
    draft.value = view;
    base.value = finished(documentOf(view));
    version.value = view.version;
  };
  const meet = (theirs: DraftView): void => {
    const own = finished(mine.value as CampaignDocument);
    const changes = theirChanges(base.value ?? {}, own, finished(documentOf(theirs)));
    if (changes.length > 0) conflict.value = { theirs, changes };
    else standOn(theirs);
  };

  const load = async (): Promise<void> => {
    trouble.value = undefined;
    const held = kept.read(id);
    try {
      const view = await api.one(id);
      if (held) {
        mine.value = held.mine;
        restored.value = held.at;
        if (held.version === view.version) standOn(view);
        else {
          base.value = held.base;
          version.value = held.version;
          meet(view);
        }
        if (!dirty.value) restored.value = undefined;
      } else {
        standOn(view);
        mine.value = documentOf(view);
      }
    } catch (error) {
      if (held && isRefusal(error, 'draft-unknown')) {
        // Begun on this machine, and nowhere else yet.
        mine.value = held.mine;
        base.value = undefined;
        version.value = undefined;
      } else trouble.value = troubleOf(error);
    }
  };

  const discard = (): void => {
    restored.value = undefined;
    conflict.value = undefined;
    if (draft.value) {
      standOn(draft.value);
      mine.value = documentOf(draft.value);
    }
    kept.forget(id);
  };

  /** Writes a new version. @returns whether the gateway now has what the form says */
  const save = async (): Promise<boolean> => {
    if (!mine.value || saving.value) return false;
    keep();
    saving.value = true;
    failure.value = undefined;
    refused.value = [];
    const sent = finished(mine.value);
    try {
      const answer = await api.save(sent, version.value);
      standOn(answer.draft);
      restored.value = undefined;
      if (canonical(finished(mine.value)) === canonical(sent)) mine.value = documentOf(answer.draft);
      keep();
      saved.value = true;
      return true;
    } catch (error) {
      refused.value = problemsIn(error);
      if (isRefusal(error, 'draft-changed')) meet(await api.one(id));
      else if (refused.value.length === 0) failure.value = troubleOf(error);
      return false;
    } finally {
      saving.value = false;
    }
  };

  /** Takes these changes of the other's into mine, which then stands on their version. */
  const settle = (taken: readonly TheirChange[]): void => {
    if (!mine.value || !conflict.value) return;
    mine.value = takeOver(finished(mine.value), taken);
    standOn(conflict.value.theirs);
    conflict.value = undefined;
    keep();
  };
  /** Leaves theirs as it is and goes on with mine as a campaign of its own. @returns its id */
  const keepCopy = async (): Promise<string | undefined> => {
    if (!mine.value) return undefined;
    const taken = (await api.list()).map((one) => one.id);
    const copy = { ...copyOf(mine.value), id: freeId(id, taken) };
    kept.write(copy.id, { mine: copy, at: Date.now() });
    kept.forget(id);
    mine.value = undefined;
    return copy.id;
  };

  const submit = async (): Promise<boolean> => {
    if (version.value === undefined) return false;
    saving.value = true;
    failure.value = undefined;
    try {
      const answer = await api.submit(id, version.value);
      standOn(answer.draft);
      submitted.value = true;
      return true;
    } catch (error) {
      refused.value = problemsIn(error);
      if (isRefusal(error, 'draft-changed')) meet(await api.one(id));
      else if (refused.value.length === 0) failure.value = troubleOf(error);
      return false;
    } finally {
      saving.value = false;
    }
  };

  return {
    mine,
    draft,
    base,
    version,
    trouble,
    load,
    dirty,
    restored,
    unkept,
    discard,
    saving,
    saved,
    save,
    refused,
    failure,
    conflict,
    settle,
    keepCopy,
    submit,
    submitted,
  };
};
export type Editor = ReturnType<typeof useEditor>;
