import type { ScheduleWeek, WeekCampaign } from '@xiaolaba/gateway/contract';
import { computed, type Ref, ref, watch } from 'vue';
import { lookOf } from './campaign-look.js';
import type { ShownBlock } from './shown-block.js';
import type { Editing } from './use-edit.js';
import { useScheduleWords } from './use-schedule-words.js';
import { blocksOf, quietSpans } from './week-blocks.js';
import { writtenAs } from './window-edit.js';

export type Kind = WeekCampaign['rules'][number]['kind'];
export type Output = 'audio' | 'text';

/** So many campaigns side by side leave no room for their names: then one kind of place is shown to begin with. */
const crowd = 6;

/** What is shown of a week: of which places, in which form and of which campaigns; as it is being edited. */
export const useShownWeek = (
  week: Readonly<Ref<ScheduleWeek | undefined>>,
  edit: Editing,
  /** The campaign that is open beside the week. */
  opened: Readonly<Ref<string | undefined>>,
) => {
  const { t, named, day: dayText, times, pace } = useScheduleWords();
  const kind = ref<Kind | 'all'>('all');
  const output = ref<Output | 'all'>('all');
  const hidden = ref<ReadonlySet<string>>(new Set());
  const kinds = computed(() => [...new Set((week.value?.rules ?? []).map((rule) => rule.kind))]);
  /** Each keeps its colour, whatever else is shown. */
  const looks = computed(() => new Map((week.value?.campaigns ?? []).map(({ id }, index) => [id, lookOf(index)])));
  const campaigns = computed(() =>
    (week.value?.campaigns ?? [])
      .map((one) => {
        const document = edit.document.value;
        return week.value && document?.id === one.id ? writtenAs(one, document, week.value) : one;
      })
      .filter(({ rules }) => kind.value === 'all' || rules.some((rule) => rule.kind === kind.value)),
  );
  const rules = computed(() =>
    (week.value?.rules ?? []).filter((rule) => kind.value === 'all' || rule.kind === kind.value),
  );
  const quiet = computed(() => quietSpans(rules.value));
  const stopBeginning = watch(week, (read) => {
    if (!read) return;
    if (read.campaigns.length > crowd)
      kind.value = kinds.value.find((one) => one === 'estate') ?? kinds.value[0] ?? 'all';
    queueMicrotask(() => stopBeginning());
  });

  const blocks = computed((): ShownBlock[] => {
    const { value } = week;
    if (!value) return [];
    return campaigns.value
      .filter(({ id }) => !hidden.value.has(id))
      .flatMap((campaign) =>
        blocksOf(campaign, value).flatMap((block): ShownBlock[] => {
          const list = block.standing === 'air' ? campaign.air : campaign.written;
          const cue = list?.find(({ id }) => id === block.cue);
          const look = looks.value.get(campaign.id);
          if (!cue || !look || (output.value !== 'all' && cue.output !== output.value)) return [];
          const title = named(campaign.title);
          const at = edit.open.value;
          const label = t('schedule.block', {
            ...{ title, day: dayText(block.day), from: times(block).split('–')[0], to: times(block).split('–')[1] },
            ...{ output: t(`schedule.output.${cue.output}`), pace: pace(cue.pace), priority: cue.priority },
            standing: t(`schedule.standing.${block.standing}`),
          });
          const open =
            opened.value === campaign.id &&
            block.standing !== 'air' &&
            at?.cue === block.cue &&
            at.window === block.window;
          const detail = `${times(block)} · ${t(`schedule.output.${cue.output}`)} · ${pace(cue.pace)}`;
          const editable = campaign.locked === undefined && block.standing !== 'air';
          return [{ ...block, title, detail, label, look, output: cue.output, editable, open }];
        }),
      );
  });
  return { kind, output, hidden, kinds, looks, campaigns, rules, quiet, blocks };
};
