import { approvalRule, dayOf, isQuiet, type Output, profiles, type TrustedKeys } from '@xiaolaba/protocol';
import type { AlertPreview } from '../api/alert-contract.js';
import type { Campaigns } from '../campaigns/index.js';
import type { ContentProblem } from '../content/index.js';
import type { DayLedger } from '../coverage/day-ledger.js';
import type { StopOrders } from '../orders/index.js';
import type { LiveFleet, RegisteredDevice } from '../registry/index.js';
import type { AlertSpec } from './alert.js';
import type { Alerts } from './alerts.js';
import { devicesFor } from './device-states.js';
import { airedBy } from './freeze.js';

export interface PreviewDeps {
  readonly alerts: Alerts;
  readonly campaigns: Campaigns;
  readonly live: LiveFleet;
  readonly stopOrders: StopOrders;
  readonly trusted: () => TrustedKeys;
  readonly devices: () => Iterable<RegisteredDevice>;
  readonly ledger: (day: string) => Promise<DayLedger>;
  readonly now: () => number;
}

type Preview = Omit<AlertPreview, 'problems'> & { readonly problems: readonly ContentProblem[] };

/** What an alert would be heard as, where, and at the cost of what. @throws XiaolabaError as `Alerts.freeze` */
export async function previewAlert(
  spec: AlertSpec,
  found: readonly ContentProblem[],
  deps: PreviewDeps,
): Promise<Preview> {
  const { alerts, live, stopOrders, now } = deps;
  const model = alerts.model();
  const { release, problems } = await alerts.freeze(spec);
  const devices = devicesFor(spec, deps.devices());
  const places = spec.places.flatMap((place) => model.places.get(place) ?? []);
  const online = devices.filter(({ id }) => live.get(id).online).length;
  const [item] = release.items;
  const day = dayOf(now(), model.zone);
  const trusted = deps.trusted();
  const rule = approvalRule(trusted, release);
  const there = new Set(spec.places);
  return {
    title: spec.wording.title,
    places: places.length,
    people: places.reduce((sum, { people }) => sum + people, 0),
    devices: { inScope: devices.length, online, offline: devices.length - online },
    profiles: profiles.flatMap((profile) => {
      const count = devices.filter((device) => device.profile === profile).length;
      const outputs: Output[] = airedBy(profile, spec.output);
      return spec.profiles.includes(profile) ? [{ profile, outputs, devices: count }] : [];
    }),
    spoken: spec.wording.spoken.map(({ dialect, text }) => {
      const version = item?.audio.find((one) => one.dialect === dialect);
      const longest = Math.max(0, ...(version?.renditions.map(({ durationMs }) => durationMs) ?? []));
      return {
        dialect,
        text,
        places: places.filter(({ dialects }) => dialects.includes(dialect)).length,
        ...(version ? { voice: version.voice, seconds: longest / 1000 } : {}),
      };
    }),
    ...(item?.text === undefined ? {} : { sign: item.text }),
    quietPlaces: places.filter(({ policy }) => isQuiet(policy.quietHours, day, policy.zone, now())).length,
    validFrom: release.validFrom,
    validUntil: release.validUntil,
    preempts: await preempted(spec, day, deps),
    overlaps: alerts
      .open()
      .filter(({ id, campaign, places: other }) => {
        const replaced = spec.replaces === undefined ? undefined : alerts.get(spec.replaces).campaign;
        return id !== spec.replaces && campaign !== replaced && other.some((place) => there.has(place));
      })
      .map(({ id }) => id),
    stoppedPlaces: places.filter(({ place }) => stopOrders.at(place)?.order.state === 'stop').length,
    approval: {
      needed: rule.needed,
      entitled: trusted.approvers.flatMap(({ key, name, may }) =>
        may.includes(rule.kind) ? [{ kid: key.kid, name }] : [],
      ),
    },
    problems: [...found, ...problems],
  };
}

/** Campaigns with plays at the same places in its time: they wait, are paused or fall away. */
async function preempted(
  spec: AlertSpec,
  day: string,
  { campaigns, ledger, now }: PreviewDeps,
): Promise<AlertPreview['preempts']> {
  const outputs = new Set(spec.profiles.flatMap((profile) => airedBy(profile, spec.output)));
  const present = await ledger(day);
  const plays = new Map<string, number>();
  for (const place of spec.places) {
    for (const { campaign, output, startAt, endAt } of present.slotsOf(place)) {
      if (!outputs.has(output) || endAt <= now() || startAt >= spec.validUntil) continue;
      plays.set(campaign, (plays.get(campaign) ?? 0) + 1);
    }
  }
  const titles = new Map(campaigns.standing().map(({ release }) => [release.campaign, release.title]));
  return [...plays]
    .map(([campaign, count]) => ({ campaign, title: titles.get(campaign) ?? campaign, plays: count }))
    .sort((a, b) => b.plays - a.plays);
}
