import {
  addDays,
  type Calendar,
  type Cue,
  dayOf,
  daySetHolds,
  type NamedRelease,
  type Timing,
  weekdayOf,
} from '@xiaolaba/protocol';
import { dayKindOf } from '../ahead/day-kind.js';
import type { CueView, RuleView, ScheduleWeek, WeekCampaign } from '../api/schedule-contract.js';
import { resolveAudience } from '../campaigns/audience.js';
import { cueOf } from '../campaigns/freeze.js';
import type { DistrictModel } from '../campaigns/index.js';
import { campaignFrom } from '../content/index.js';
import type { Draft } from '../desk/drafts.js';

export interface WeekInput {
  readonly model: DistrictModel;
  readonly drafts: readonly Draft[];
  /** What is on air. */
  readonly standing: readonly NamedRelease[];
  /** Any day of the week. */
  readonly day: string;
  readonly today: string;
  /** Only what places of this kind hear and see. */
  readonly kind?: WeekCampaign['rules'][number]['kind'] | undefined;
}

interface Valid {
  readonly from: string;
  readonly to: string;
}

/** Monday of the week that a day lies in. */
export const mondayOf = (day: string): string => {
  let monday = day;
  while (weekdayOf(monday) !== 'mon') monday = addDays(monday, -1);
  return monday;
};

/** A week as the schedule page draws it: what sort of days they are, what is on air on them, and what is being written. */
export function scheduleWeek({ model, drafts, standing, day, today, kind }: WeekInput): Omit<ScheduleWeek, 'now'> {
  const { calendar, zone } = model;
  const monday = mondayOf(day);
  const week = Array.from({ length: 8 }, (_, index) => addDays(monday, index - 1));
  const [eve, ...days] = week.map((one) => ({ day: one, kind: dayKindOf(calendar, one) }));
  const rules = new Rules(model);
  const onAir = new Map<string, NamedRelease[]>();
  for (const one of standing) {
    const { campaign } = one.release;
    onAir.set(campaign, [...(onAir.get(campaign) ?? []), one]);
  }
  const written = drafts.flatMap((draft): WeekCampaign[] => {
    const air = onAir.get(draft.id);
    onAir.delete(draft.id);
    if (draft.state === 'withdrawn' && !air) return [];
    const campaign = campaignFrom(draft.campaign);
    const places = resolveAudience(model, campaign.audience).map(({ place }) => place);
    const titles = new Map(campaign.items.map(({ id, title }) => [id, title.zh]));
    const ended = campaign.valid.to < today;
    const { id, state, version, source } = draft;
    return [
      {
        ...{ id, state, version, source, title: campaign.title, valid: campaign.valid },
        ...(draft.state === 'rendering' ? { locked: 'rendering' } : ended ? { locked: 'ended' } : {}),
        rules: rules.of(places),
        written: campaign.cues.map((cue) => cueView(cueOf(cue), titles, { calendar, week, valid: campaign.valid })),
        ...(air ? { air: airOf(air, calendar, week, zone) } : {}),
      },
    ];
  });
  // On air, but no file and no desk has it any more.
  const orphaned = [...onAir].flatMap(([id, air]): WeekCampaign[] => {
    const [first] = air;
    if (!first) return [];
    const { title } = first.release;
    const places = air.flatMap(({ release }) => release.audience.places);
    return [
      {
        ...{ id, state: 'released', source: 'files', version: 0, locked: 'unwritten' },
        ...{ title: { zh: title, en: title }, valid: validOf(first, zone), rules: rules.of(places) },
        written: [],
        air: airOf(air, calendar, week, zone),
      },
    ];
  });
  const fits = ({ kind: one }: { readonly kind: RuleView['kind'] }): boolean => kind === undefined || one === kind;
  return {
    monday,
    today,
    zone,
    calendar: { from: calendar.from, to: calendar.to },
    eve: eve ?? { day: addDays(monday, -1), kind: dayKindOf(calendar, addDays(monday, -1)) },
    days,
    rules: rules.all.filter(fits),
    campaigns: [...written, ...orphaned]
      .filter((campaign) => kind === undefined || campaign.rules.some(fits))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

const validOf = ({ release: { validFrom, validUntil } }: NamedRelease, zone: string): Valid => ({
  from: dayOf(validFrom, zone),
  to: dayOf(validUntil - 1, zone),
});

/** All variants' cues, those that are alike once. */
function airOf(air: readonly NamedRelease[], calendar: Calendar, week: readonly string[], zone: string): CueView[] {
  const cues = new Map<string, CueView>();
  for (const named of air) {
    const titles = new Map(named.release.items.map(({ id, title }) => [id, title]));
    for (const cue of named.release.cues) {
      const view = cueView(cue, titles, { calendar, week, valid: validOf(named, zone) });
      cues.set(JSON.stringify(view), view);
    }
  }
  return [...cues.values()];
}

interface WeekOf {
  readonly calendar: Calendar;
  /** From the day before Monday: a window that passes midnight may reach into the week. */
  readonly week: readonly string[];
  readonly valid: Valid;
}

const cueView = (cue: Cue, titles: ReadonlyMap<string, string>, { calendar, week, valid }: WeekOf): CueView => ({
  id: cue.id,
  items: cue.items.map((id) => ({ id, title: titles.get(id) ?? id })),
  output: cue.output,
  pace: paceOf(cue.timing),
  priority: cue.priority,
  volumeCap: cue.volumeCap,
  windows: cue.timing.windows.map(({ days, from, to }) => ({
    ...{ days, from, to },
    begins: week.filter((day) => valid.from <= day && day <= valid.to && daySetHolds(days, calendar, day)),
  })),
});

function paceOf(timing: Timing): CueView['pace'] {
  switch (timing.kind) {
    case 'every':
      return { kind: 'every', seconds: timing.seconds };
    case 'triggered':
      return { kind: 'triggered', on: timing.on, cooldownSeconds: timing.cooldownSeconds };
    default:
      return { kind: timing.kind };
  }
}

/** Places by what binds them: quiet hours, volume cap and noise zone. */
class Rules {
  readonly #rules = new Map<string, RuleView>();
  readonly #ruleOf = new Map<string, RuleView>();

  constructor(model: DistrictModel) {
    for (const { place, kind, policy } of model.places.values()) {
      const noiseZone = model.sites.get(place.replace(/^site\//, ''))?.noiseZone;
      const { quietHours, volumeCap } = policy;
      const quiet = quietHours && quietHours.from !== quietHours.to ? quietHours : null;
      const key = JSON.stringify([kind, quiet, volumeCap, noiseZone]);
      const zone = noiseZone === undefined ? {} : { noiseZone };
      const rule = this.#rules.get(key) ?? { kind, quiet, volumeCap, ...zone, places: 0 };
      rule.places += 1;
      this.#rules.set(key, rule);
      this.#ruleOf.set(place, rule);
    }
  }

  get all(): RuleView[] {
    return [...this.#rules.values()].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }

  /** Those that bind some places, with how many of them. */
  of(places: readonly string[]): RuleView[] {
    const counted = new Map<RuleView, number>();
    for (const place of new Set(places)) {
      const rule = this.#ruleOf.get(place);
      if (rule) counted.set(rule, (counted.get(rule) ?? 0) + 1);
    }
    return [...counted].map(([rule, count]) => ({ ...rule, places: count }));
  }
}
