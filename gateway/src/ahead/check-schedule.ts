import {
  addDays,
  type Calendar,
  type DayPlan,
  type NamedRelease,
  type PlanInput,
  planDay,
  profileOutputs,
} from '@xiaolaba/protocol';
import type { ScheduleCheck } from '../api/ahead-contract.js';
import type { Place } from '../campaigns/index.js';
import { heldReleases } from '../delivery/index.js';
import type { RegisteredDevice } from '../registry/index.js';
import { localDay } from './preview.js';
import { type CheckCode, checkText, reasonText } from './reasons.js';

export interface CheckInput {
  readonly draft: NamedRelease;
  /** What stands; an earlier release of the draft's campaign gives way to it. */
  readonly standing: readonly NamedRelease[];
  readonly devices: readonly Pick<RegisteredDevice, 'id' | 'profile' | 'place'>[];
  readonly places: ReadonlyMap<string, Place>;
  readonly calendar: Calendar;
  readonly zone: string;
  readonly from: string;
  readonly days: number;
}

type Line = ScheduleCheck['losses'][number];
type Finding = ScheduleCheck['errors'][number];

/** Devices that plan alike: the same releases, profile and policy. */
interface Group {
  readonly before: PlanInput;
  readonly after: PlanInput;
  readonly places: { readonly place: string; readonly kind: Place['kind'] }[];
}

function groupsOf({ draft, standing, devices, places, calendar, zone, from, days }: CheckInput): Group[] {
  const span = { from: localDay(from, zone).from, to: localDay(addDays(from, days - 1), zone).to };
  const groups = new Map<string, Group>();
  for (const { profile, place: at } of devices) {
    const place = places.get(at);
    if (!place) continue;
    const held = heldReleases(standing, at, profile, span.from).filter(({ release }) => release.validFrom < span.to);
    const mine = draft.release.audience.places.includes(at) && draft.release.audience.profiles.includes(profile);
    const { policy } = place;
    const key = JSON.stringify([profile, policy, mine, held.map(({ sha256 }) => sha256)]);
    let group = groups.get(key);
    if (!group) {
      const input = { profile, outputs: profileOutputs[profile], policy, calendar };
      const others = held.filter(({ release }) => release.campaign !== draft.release.campaign);
      group = {
        before: { ...input, releases: held },
        after: { ...input, releases: mine ? [...others, draft] : others },
        places: [],
      };
      groups.set(key, group);
    }
    group.places.push({ place: at, kind: place.kind });
  }
  return [...groups.values()];
}

const lossKey = (one: DayPlan['dropped'][number]): string => `${one.campaign}/${one.cue}/${one.dueAt}`;

/** What a draft would do to the schedule: minutes before and after, who loses what and why, and what can't be aired. */
export function checkSchedule(input: CheckInput): Omit<ScheduleCheck, 'estimated' | 'milliseconds'> {
  const { draft, from, days } = input;
  const titles = new Map(
    [...input.standing, draft].map(({ release }): [string, string] => [release.campaign, release.title]),
  );
  const minutes = new Map<string, ScheduleCheck['minutes'][number]>();
  const losses = new Map<string, Line & { readonly at: Set<string> }>();
  const cues = new Map(
    draft.release.cues.map((cue) => [cue.id, { cue, plays: 0, silent: 0, dropped: new Map<Line['reason'], number>() }]),
  );
  const standIns = new Map<string, Set<string>>();
  const silentAt = new Set<string>();
  for (const { before, after, places } of groupsOf(input)) {
    for (let index = 0; index < days; index++) {
      const day = addDays(from, index);
      const was = planDay(before, day);
      const becomes = planDay(after, day);
      for (const [plan, when] of [
        [was, 'before'],
        [becomes, 'after'],
      ] as const) {
        for (const { campaign, startAt, endAt } of plan.slots) {
          for (const { kind } of places) {
            const key = `${kind}/${campaign}`;
            const line = minutes.get(key) ?? {
              kind,
              campaign,
              title: titles.get(campaign) ?? campaign,
              before: 0,
              after: 0,
            };
            line[when] += (endAt - startAt) / 60_000 / days;
            minutes.set(key, line);
          }
        }
      }
      const lostBefore = new Set(was.dropped.map(lossKey));
      for (const one of becomes.dropped) {
        const own = one.campaign === draft.release.campaign;
        if (!own && lostBefore.has(lossKey(one))) continue;
        const told = own ? cues.get(one.cue)?.dropped : undefined;
        told?.set(one.reason, (told.get(one.reason) ?? 0) + places.length);
        const key = JSON.stringify([one.campaign, one.cue, one.reason, one.by]);
        const { campaign, cue, reason, by } = one;
        const line = losses.get(key) ?? {
          campaign,
          title: titles.get(campaign) ?? campaign,
          cue,
          reason,
          message: reasonText(reason, by ? (titles.get(by.campaign) ?? by.campaign) : ''),
          ...(by ? { by } : {}),
          times: 0,
          places: [],
          at: new Set<string>(),
        };
        line.times += places.length;
        for (const { place } of places) line.at.add(place);
        losses.set(key, line);
      }
      for (const { campaign, cue, volume, output, spoken } of becomes.slots) {
        const told = campaign === draft.release.campaign ? cues.get(cue) : undefined;
        if (!told) continue;
        told.plays += places.length;
        const silent = output === 'audio' && volume === 0;
        if (silent) told.silent += places.length;
        for (const { place } of places) {
          if (silent) silentAt.add(place);
          if (!spoken?.wanted) continue;
          standIns.set(spoken.wanted, (standIns.get(spoken.wanted) ?? new Set<string>()).add(place));
        }
      }
    }
  }
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  const say = (list: Finding[], code: CheckCode, words: Record<string, string>, at: Iterable<string> = []): void => {
    list.push({ code, message: checkText(code, words), places: [...at].sort() });
  };
  const { audience } = draft.release;
  const reached = input.devices.filter(
    ({ place, profile }) => audience.places.includes(place) && audience.profiles.includes(profile),
  );
  if (audience.places.length === 0) say(errors, 'audience-empty', {});
  else if (reached.length === 0) say(errors, 'no-device', {}, audience.places);
  for (const { cue, plays, silent, dropped } of reached.length > 0 ? cues.values() : []) {
    if (cue.timing.kind === 'triggered') continue;
    const [worst] = [...dropped].sort(([, a], [, b]) => b - a);
    if (plays === 0 && worst) say(errors, 'cue-never', { cue: cue.id, ...reasonWords(worst[0]) });
    else if (plays === 0) say(warnings, 'cue-not-then', { cue: cue.id });
    else if (silent === plays) say(errors, 'volume-zero', { cue: cue.id }, silentAt);
    else if (silent > 0) say(warnings, 'volume-zero', { cue: cue.id }, silentAt);
  }
  for (const [dialect, places] of standIns) say(warnings, 'no-voice', { dialect }, places);
  return {
    from,
    days,
    errors,
    warnings,
    minutes: [...minutes.values()]
      .map((line) => ({ ...line, before: rounded(line.before), after: rounded(line.after) }))
      .sort((a, b) => (`${a.kind}/${a.campaign}` < `${b.kind}/${b.campaign}` ? -1 : 1)),
    losses: [...losses.values()]
      .map(({ at, ...line }) => ({ ...line, places: [...at].sort() }))
      .sort((a, b) => b.times - a.times),
  };
}

const rounded = (minutes: number): number => Math.round(minutes * 100) / 100;
const reasonWords = (reason: Line['reason']): { zh: string; en: string } => reasonText(reason, '…');
