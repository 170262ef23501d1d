import type { ScheduleWeek } from '@xiaolaba/gateway/contract';
import { computed, type Ref, ref, shallowRef, watch } from 'vue';
import type { Session } from '../session/use-session.js';
import type { Editing } from './use-edit.js';
import { useScheduleWords } from './use-schedule-words.js';
import type { Block, DaySet } from './week-blocks.js';
import { addWindow, type Move, moveWindow, type Scope, scopesOf, windowIn } from './window-edit.js';

interface Sources {
  readonly week: Readonly<Ref<ScheduleWeek | undefined>>;
  readonly edit: Editing;
  readonly can: Session['can'];
  /** Whether what is open covers the week, as it does on a phone. */
  readonly narrow: Readonly<Ref<boolean>>;
}
/** A block that was put elsewhere, with the days that its window is for. */
interface Asked {
  readonly block: Block;
  readonly move: Move;
  readonly days: DaySet;
}

/** What somebody is at in a week: the campaign that is open, a new time being made, or a move that needs an answer. */
export const useWeekDesk = ({ week, edit, can, narrow }: Sources) => {
  const { t, named } = useScheduleWords();
  /** The campaign that is open, and the day whose block was. */
  const opened = shallowRef<string>();
  const openDay = ref<string>();
  const making = shallowRef<Move>();
  const asking = shallowRef<Asked>();
  /** Why something was not done. */
  const note = ref<string>();
  /** On a phone the panel covers the day: with unsaved changes it can be put aside without losing them. */
  const folded = ref(false);
  watch([opened, () => edit.open.value, making], () => {
    folded.value = false;
  });

  const campaignOf = (id: string | undefined) => week.value?.campaigns.find((one) => one.id === id);
  const openCampaign = computed(() => campaignOf(opened.value));
  const panelOpen = computed(() => !folded.value && (making.value !== undefined || openCampaign.value !== undefined));

  const refuseOther = () => {
    const title = edit.document.value?.title;
    note.value = title ? t('schedule.unsaved', { title: named(title) }) : undefined;
  };
  const begin = async (block: Block): Promise<boolean> => {
    note.value = undefined;
    making.value = undefined;
    if (campaignOf(block.campaign)?.locked === 'unwritten' || (!can('editor') && !can('approver'))) {
      opened.value = block.campaign;
      return false;
    }
    if (!(await edit.begin(block.campaign, { cue: block.cue, window: block.window }))) {
      if (edit.dirty.value) refuseOther();
      else opened.value = block.campaign;
      return false;
    }
    opened.value = block.campaign;
    openDay.value = block.day;
    return true;
  };
  const open = async (block: Block): Promise<void> => {
    if (block.standing === 'air' && campaignOf(block.campaign)?.locked === undefined)
      note.value = t('schedule.onlyAir');
    else await begin(block);
  };

  const put = ({ block, move }: Pick<Asked, 'block' | 'move'>, scope: Scope) => {
    const cue = edit.document.value?.cues.find(({ id }) => id === block.cue);
    const ref = { cue: block.cue, window: block.window };
    const before = cue?.windows.length ?? 0;
    const set = cue?.windows[block.window]?.days;
    const alone = scope === 'one' && Array.isArray(set) && set.length === 1;
    // What is split off goes to the end of the list.
    const then = scope === 'one' && !alone ? { cue: block.cue, window: before } : ref;
    edit.apply(moveWindow(ref, move, scope), then);
    openDay.value = move.toDay;
  };
  /** Puts a block elsewhere, where it is plain which days are meant; else somebody has to say. */
  const moved = async (block: Block, move: Move): Promise<void> => {
    if (!(await begin(block))) return;
    const document = edit.document.value;
    const days = document && windowIn(document, { cue: block.cue, window: block.window })?.days;
    if (days === undefined) return;
    const scopes = scopesOf(days, move);
    const [only] = scopes;
    const plain =
      scopes.length === 1 && only === 'all' && (move.day === move.toDay || (Array.isArray(days) && days.length === 1));
    if (plain) put({ block, move }, 'all');
    else asking.value = { block, move, days };
  };
  const choose = (scope: Scope): void => {
    const { value } = asking;
    asking.value = undefined;
    if (value) put(value, scope);
  };

  const make = (move: Move): void => {
    if (edit.dirty.value) {
      refuseOther();
      return;
    }
    edit.close();
    opened.value = undefined;
    note.value = undefined;
    making.value = move;
  };
  const add = async (
    campaign: string,
    cue: string,
    window: { days: DaySet; from: string; to: string },
  ): Promise<void> => {
    const on = making.value?.toDay;
    const count = campaignOf(campaign)?.written.find(({ id }) => id === cue)?.windows.length ?? 0;
    making.value = undefined;
    if (!(await edit.begin(campaign))) return;
    opened.value = campaign;
    openDay.value = on;
    edit.apply(addWindow(cue, window), { cue, window: count });
  };

  const close = (): void => {
    making.value = undefined;
    if (!edit.dirty.value) {
      edit.close();
      opened.value = undefined;
    } else if (narrow.value) folded.value = true;
    note.value = undefined;
  };
  return {
    ...{ opened, openCampaign, openDay, making, asking, note, folded, panelOpen },
    ...{ open, moved, choose, make, add, close },
  };
};
