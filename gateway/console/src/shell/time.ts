const formats = new Map<string, Intl.DateTimeFormat>();

/** Local time of day in a zone, `HH:MM` or `HH:MM:SS`. */
export const clockText = (instant: number, zone: string, seconds = false): string => {
  const key = `${zone} ${seconds}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...(seconds ? { second: '2-digit' as const } : {}),
    });
    formats.set(key, format);
  }
  return format.format(instant);
};

/** A time of day as people type it, as `HH:MM`; undefined where it is none. */
export const clockTyped = (typed: string): string | undefined => {
  const text = typed.trim().normalize('NFKC').replace('.', ':');
  const [, hours, minutes = '0'] = /^(\d{1,2})(?::?(\d{2}))?$/.exec(text) ?? [];
  if (hours === undefined || Number(minutes) > 59 || Number(hours) * 60 + Number(minutes) > 1440) return undefined;
  return `${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}`;
};

/** The local calendar day of an instant, YYYY-MM-DD. */
export const dayOf = (instant: number, zone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    instant,
  );

/** A day as people say it, with its weekday. */
export const dayText = (day: string, language: string): string =>
  new Intl.DateTimeFormat(language, { timeZone: 'UTC', month: 'short', day: 'numeric', weekday: 'short' }).format(
    Date.parse(`${day}T00:00:00Z`),
  );

/** Its weekday alone, in short. */
export const weekdayText = (day: string, language: string): string =>
  new Intl.DateTimeFormat(language, { timeZone: 'UTC', weekday: 'short' }).format(Date.parse(`${day}T00:00:00Z`));

/** A span of days, with its years. */
export const spanText = (from: string, to: string, language: string): string =>
  new Intl.DateTimeFormat(language, { timeZone: 'UTC', year: 'numeric', month: 'short', day: 'numeric' }).formatRange(
    Date.parse(`${from}T00:00:00Z`),
    Date.parse(`${to}T00:00:00Z`),
  );

export const shiftDay = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export const splitDuration = (ms: number): { hours: number; minutes: number; seconds: number } => {
  const total = Math.round(Math.abs(ms) / 1000);
  return { hours: Math.floor(total / 3600), minutes: Math.floor((total % 3600) / 60), seconds: total % 60 };
};

/** An instant with its day, in a zone; without one by the clock of whoever reads it. */
export const momentText = (instant: number, language: string, zone?: string, seconds = false): string =>
  new Intl.DateTimeFormat(language, {
    ...(zone === undefined ? {} : { timeZone: zone }),
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(seconds ? { second: '2-digit' as const } : {}),
  }).format(instant);
