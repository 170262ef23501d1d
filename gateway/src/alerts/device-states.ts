import type { JournalRecord, Profile } from '@xiaolaba/protocol';
import type { Assignments } from '../delivery/index.js';
import type { LiveFleet, RegisteredDevice } from '../registry/index.js';
import type { Store } from '../store/index.js';
import type { Alert, Standing } from './alert.js';
import { airedBy } from './freeze.js';
import type { DeviceStage } from './words.js';

/** Records come late where a device was away; later than this they change nothing of what was wanted at once. */
const reportMs = 600_000;

export interface DeviceState {
  readonly device: string;
  readonly place: string;
  readonly profile: Profile;
  readonly online: boolean;
  readonly stage: DeviceStage;
  readonly assignedAt?: number;
  readonly readyAt?: number;
  readonly soundedAt?: number;
  readonly plays: number;
  readonly cause?: string;
}

export interface DeviceStatesDeps {
  readonly store: Store;
  readonly live: LiveFleet;
  readonly assignments: Assignments;
  readonly devices: () => Iterable<RegisteredDevice>;
}

/** Devices that are to put an alert out. */
export function devicesFor(
  { places, profiles, output }: Pick<Alert, 'places' | 'profiles' | 'output'>,
  devices: Iterable<RegisteredDevice>,
): RegisteredDevice[] {
  const there = new Set(places);
  const wanted = new Set(profiles.filter((profile) => airedBy(profile, output).length > 0));
  return [...devices].filter(
    ({ place, profile, enrolled, revoked }) => enrolled && !revoked && there.has(place) && wanted.has(profile),
  );
}

interface Told {
  activeAt?: number;
  soundedAt?: number;
  plays: number;
  cause?: string;
}

/** What is known of an alert on each of its devices: what they were told, and what they said since. */
export async function deviceStates(alert: Alert, standing: Standing, deps: DeviceStatesDeps): Promise<DeviceState[]> {
  const devices = devicesFor(alert, deps.devices());
  const { release, publishedAt } = standing;
  const told =
    release && publishedAt !== undefined ? await tellings(alert, release, publishedAt, deps.store) : undefined;
  const over = standing.state !== 'on-air' && standing.state !== 'waiting';
  return devices.map((device): DeviceState => {
    const { id, place, profile } = device;
    const live = deps.live.get(id);
    const first = release ? deps.assignments.history(id).find(({ releases }) => releases.includes(release)) : undefined;
    const said = told?.get(id);
    const progress = deps.assignments.progressOf(id);
    const reached = first && progress && progress.assignment >= first.version ? progress : undefined;
    const readyAt = said?.activeAt ?? (reached && ['ready', 'active'].includes(reached.stage) ? reached.at : undefined);
    const playing = live.playing.find(
      ({ campaign, since }) => campaign === alert.campaign && since >= (publishedAt ?? 0),
    );
    const soundedAt = said?.soundedAt ?? (first ? playing?.since : undefined);
    const cause = said?.cause ?? (reached?.stage === 'refused' ? reached.reason : undefined);
    const stage: DeviceStage =
      soundedAt !== undefined
        ? 'sounded'
        : release === undefined
          ? 'waiting'
          : over || cause !== undefined
            ? 'missed'
            : readyAt !== undefined
              ? 'ready'
              : !live.online
                ? 'offline'
                : first
                  ? 'assigned'
                  : 'waiting';
    return {
      device: id,
      place,
      profile,
      online: live.online,
      stage,
      ...(first ? { assignedAt: first.issuedAt } : {}),
      ...(readyAt === undefined ? {} : { readyAt }),
      ...(soundedAt === undefined ? {} : { soundedAt }),
      plays: said?.plays ?? 0,
      ...(cause === undefined || soundedAt !== undefined ? {} : { cause }),
    };
  });
}

async function tellings(
  { validUntil }: Alert,
  release: string,
  publishedAt: number,
  store: Store,
): Promise<Map<string, Told>> {
  const rows = await store
    .selectFrom('records')
    .select(['device', 'line'])
    .where('kind', 'in', ['active', 'play'])
    .where('at', '>=', publishedAt - 60_000)
    .where('at', '<=', validUntil + reportMs)
    .where('line', 'like', `%${release}%`)
    .orderBy('at')
    .execute();
  const all = new Map<string, Told>();
  for (const { device, line } of rows) {
    const told = all.get(device) ?? { plays: 0 };
    all.set(device, told);
    const record = JSON.parse(line) as JournalRecord;
    if (record.kind === 'active') told.activeAt ??= record.at;
    if (record.kind !== 'play' || record.release !== release) continue;
    if (record.result === 'completed') told.plays++;
    if (record.playedMs > 0) told.soundedAt ??= record.startedAt;
    else if (record.cause) told.cause = record.cause;
  }
  return all;
}
