import type { DeviceView, SiteView, SlotView } from '@xiaolaba/gateway/contract';
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Trouble } from '../api/client.js';
import { zhCN } from '../messages/zh-CN.js';
import { listText } from './lists.js';
import { clockText, dayText, spanText, splitDuration } from './time.js';

type Named = SiteView['name'];
const has = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);

/** The catalogue and the ways of saying names, times and durations in the language that is shown. */
export const useWords = () => {
  const { t, locale } = useI18n();
  const english = computed(() => locale.value === 'en');

  const named = (name: Named): string => (english.value ? name.en : name.zh) || name.zh || name.en;

  /** A text as its file has it, with what the gateway fills in for each place named instead of its field. */
  const filledIn = (text: string): string =>
    text.replace(/\{([a-z_]+)\}/g, (field, name: string) =>
      has(zhCN.editor.words, name) ? t('textField', { name: t(`editor.words.${name}`) }) : field,
    );

  /** A span in words; `ms` may be of either sign. */
  const duration = (ms: number): string => {
    const { hours, minutes, seconds } = splitDuration(ms);
    if (hours > 0) {
      return minutes > 0 ? t('duration.hoursMinutes', { h: hours, m: minutes }) : t('duration.hours', { n: hours });
    }
    if (minutes >= 10 || (minutes > 0 && seconds === 0)) return t('duration.minutes', { n: minutes });
    if (minutes > 0) return t('duration.minutesSeconds', { m: minutes, s: seconds });
    return t('duration.seconds', { n: seconds });
  };
  const ago = (ms: number): string =>
    ms < 5000 ? t('duration.now') : t('duration.ago', { duration: duration(ms >= 60_000 ? ms - (ms % 60_000) : ms) });

  const dialect = (code: string): string => (has(zhCN.dialect, code) ? t(`dialect.${code}`) : t('dialect.other'));
  const part = (name: string): string =>
    has(zhCN.device.part, name) ? t(`device.part.${name}`) : t('device.part.other');
  const cause = (code: NonNullable<SlotView['cause']>, what: 'name' | 'why' | 'todo' = 'name'): string =>
    t(`cause.${code}.${what}`);
  const profile = (name: DeviceView['profile']): string => t(`device.profile.${name}`);
  const day = (iso: string): string => dayText(iso, locale.value);

  /** What went wrong, as the gateway tells it; `unanswered` where nobody did. */
  const troubleText = (trouble: Trouble, unanswered: string = t('problem.offline')): string =>
    trouble.kind === 'answer' ? named(trouble.problem.message) : unanswered;

  /** From a day to a day, both included. */
  const span = (from: string, to: string): string => spanText(from, to, locale.value);

  /** Names one after another. */
  const listed = (parts: readonly string[]): string => listText(parts, locale.value);
  /** What is said of one thing, one after another. */
  const phrases = (parts: readonly string[]): string => parts.join(english.value ? ', ' : '，');
  /** The same where what is said holds lists or commas of its own. */
  const clauses = (parts: readonly string[]): string => parts.join(english.value ? '; ' : '；');

  return {
    t,
    locale,
    listed,
    phrases,
    clauses,
    named,
    troubleText,
    filledIn,
    span,
    duration,
    ago,
    dialect,
    part,
    cause,
    profile,
    day,
    clock: clockText,
  };
};
