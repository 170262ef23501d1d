import { useI18n } from 'vue-i18n';
import { zhCN } from '../messages/zh-CN.js';
import { splitDuration } from './console.js';

const has = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);

const clockFormat = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** Time of day on this machine, `HH:MM:SS`; with `.mmm` on demand. */
export const clockText = (instant: number, milliseconds = false): string => {
  const ms = milliseconds ? `.${String(Math.floor(((instant % 1000) + 1000) % 1000)).padStart(3, '0')}` : '';
  return `${clockFormat.format(instant)}${ms}`;
};

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
/** A number of bytes in at most four characters and its unit. */
export const bytesText = (bytes: number): string => {
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** step;
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
};

/** The catalogue, and the ways of saying codes, times and durations in the language that is shown. */
export const useWords = () => {
  const { t, locale } = useI18n();

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
    ms < 2000 ? t('duration.now') : t('duration.ago', { duration: duration(ms >= 60_000 ? ms - (ms % 60_000) : ms) });

  const dialect = (code: string): string => (has(zhCN.dialect, code) ? t(`dialect.${code}`) : t('dialect.other'));
  /** A module's name; one that the catalogue doesn't know keeps its own. */
  const module = (kind: string): string => (has(zhCN.modules.kind, kind) ? t(`modules.kind.${kind}`) : kind);
  const health = (code: string): string =>
    has(zhCN.modules.health, code) ? t(`modules.health.${code}`) : t('modules.health.other', { code });
  const stage = (name: string): string => t(`seen.stage.${has(zhCN.seen.stage, name) ? name : 'other'}`);
  const part = (name: string): string => t(`seen.part.${has(zhCN.seen.part, name) ? name : 'other'}`);
  const reason = (name: string): string => t(`seen.reason.${has(zhCN.seen.reason, name) ? name : 'other'}`);
  const event = (name: string): string => t(`records.event.${has(zhCN.records.event, name) ? name : 'other'}`);
  /** A sign is never silent: for text the same cause has another name. */
  const cause = (name: string, output: 'audio' | 'text' | null): string => {
    if (name === 'silent' && output === 'text') return t('cause.dark');
    return t(`cause.${has(zhCN.cause, name) ? name : 'unknown'}`);
  };
  const note = (code: string, details: Readonly<Record<string, string | number>>): string =>
    has(zhCN.note, code) ? t(`note.${code}`, { ...details }) : t('note.other', { code });

  return { t, locale, duration, ago, dialect, module, health, stage, part, reason, event, cause, note };
};
