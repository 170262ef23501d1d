import { rm } from 'node:fs/promises';
import {
  type Cue,
  instantOf,
  type NamedRelease,
  type PlayRecord,
  playRecordSchema,
  type Release,
  releaseSchema,
} from '@xiaolaba/protocol';
import { DistrictModel } from '../../campaigns/index.js';
import { loadContent } from '../../content/index.js';
import type { IssuedAssignment } from '../../delivery/index.js';
import { smallContent } from '../../testing/small-content.js';
import type { FleetFacts } from '../day-ledger.js';
import { DeviceFacts } from '../device-facts.js';
import { deviceSlotId, type Slot, stopSlotId } from '../slot.js';

export const zone = 'Asia/Shanghai';
export const day = '2026-11-20';
export const at = (clockTime: string, on = day): number => instantOf(on, clockTime, zone);
export const second = 1000;
export const minute = 60 * second;

export const releaseName = 'a'.repeat(64);
const audioName = 'c'.repeat(64);

/** A district model of the small content, with what is changed in it. */
export async function modelOf(changes: Parameters<typeof smallContent>[0] = {}): Promise<DistrictModel> {
  const directory = await smallContent(changes);
  try {
    const { content, problems } = await loadContent(directory);
    if (!content) throw new Error(JSON.stringify(problems));
    return new DistrictModel(content);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const rendition = (profile: Release['audience']['profiles'][number], durationMs: number) => ({
  profile,
  sha256: audioName,
  bytes: 1000,
  durationMs,
  format: 'mp3' as const,
  leadInMs: 0,
});

export interface ReleaseShape {
  readonly sha256?: string;
  readonly campaign?: string;
  readonly revision?: number;
  readonly durationMs?: number;
  readonly profiles?: Release['audience']['profiles'];
  readonly places?: readonly string[];
  readonly timing?: Cue['timing'];
  readonly priority?: number;
  readonly valid?: readonly [from: number, until: number];
}

/** A release of one cue, `rush`, with one item. */
export function releaseOf(shape: ReleaseShape = {}): NamedRelease {
  const { profiles = ['loudspeaker'], durationMs = 30 * second, places = ['site/estate-1', 'site/estate-2'] } = shape;
  const [validFrom, validUntil] = shape.valid ?? [at('00:00', '2026-01-01'), at('00:00', '2027-01-01')];
  const release = releaseSchema.parse({
    v: 1,
    campaign: shape.campaign ?? 'morning',
    revision: shape.revision ?? 1,
    title: '早高峰',
    frozenAt: validFrom,
    validFrom,
    validUntil,
    audience: { profiles, places },
    items: [
      {
        id: 'brushing',
        title: '刷单',
        audio: [
          { dialect: 'cmn', voice: 'synthesis', renditions: profiles.map((profile) => rendition(profile, durationMs)) },
        ],
      },
    ],
    cues: [
      {
        id: 'rush',
        output: 'audio',
        items: ['brushing'],
        timing: shape.timing ?? {
          kind: 'every',
          seconds: 1800,
          windows: [{ days: 'workdays', from: '07:00', to: '09:00' }],
        },
        priority: shape.priority ?? 50,
        volumeCap: 80,
        dialects: 'first',
        breaksQuietHours: false,
      },
    ],
  });
  return { sha256: shape.sha256 ?? releaseName, release };
}

export const onArrival = (from: string, to: string): Cue['timing'] => ({
  kind: 'triggered',
  on: 'stop-arrival',
  windows: [{ days: 'every-day', from, to }],
  cooldownSeconds: 60,
});

/** An assignment as the ledger reads it. */
export function issued(
  model: DistrictModel,
  place: string,
  effectiveFrom: number,
  releases: readonly string[],
  more: Partial<IssuedAssignment> = {},
): IssuedAssignment {
  const policy = model.places.get(place)?.policy;
  if (!policy) throw new Error(`no place ${place}`);
  return {
    device: 'speaker-1',
    version: 1,
    issuedAt: effectiveFrom - 2 * minute,
    effectiveFrom,
    releases,
    place,
    policy,
    ...more,
  };
}

/** A timed slot of `speaker-1` at estate-1, 30 s long. */
export function timedSlot(startAt = at('07:00'), more: Partial<Slot> = {}): Slot {
  return {
    id: deviceSlotId('speaker-1', releaseName, 'rush', startAt),
    day,
    place: 'site/estate-1',
    device: 'speaker-1',
    release: releaseName,
    campaign: 'morning',
    cue: 'rush',
    item: 'brushing',
    output: 'audio',
    dueAt: startAt,
    startAt,
    endAt: startAt + 30 * second,
    status: 'pending',
    ...more,
  };
}

/** An arrival slot of `stop-1` from 07:00 to 09:00. */
export function arrivalSlot(more: Partial<Slot> = {}): Slot {
  const { device: _, ...slot } = timedSlot(at('07:00'));
  return {
    ...slot,
    id: stopSlotId('stop-1', releaseName, 'rush', at('07:00')),
    place: 'site/stop-1',
    trigger: 'stop-arrival',
    endAt: at('09:00'),
    ...more,
  };
}

/** A play that was heard to its end, as the device signed it. */
export function playOf(more: Partial<PlayRecord> = {}): PlayRecord {
  const dueAt = more.dueAt ?? at('07:00');
  return playRecordSchema.parse({
    seq: 1,
    at: dueAt + 31 * second,
    kind: 'play',
    release: releaseName,
    campaign: 'morning',
    cue: 'rush',
    item: 'brushing',
    output: 'audio',
    dueAt,
    startedAt: dueAt,
    playedMs: 30 * second,
    expectedMs: 30 * second,
    result: 'completed',
    evidence: 'heard',
    pauses: 0,
    ...more,
  });
}

/** An announcement on arrival at `stop-1`. */
export const visitOf = (more: Partial<PlayRecord> = {}): PlayRecord =>
  playOf({ dueAt: at('07:20'), trigger: { on: 'stop-arrival', site: 'stop-1' }, dwellMs: 20 * second, ...more });

/** What is known of a fleet, as a test says it. */
export class KnownFleet implements FleetFacts {
  readonly until = new Map<string, number>();
  readonly known = new Map<string, DeviceFacts>();
  readonly doubtful = new Set<string>();
  vehicles: readonly string[] = ['bus-1'];

  facts(device: string): DeviceFacts {
    const facts = this.known.get(device) ?? new DeviceFacts();
    this.known.set(device, facts);
    return facts;
  }

  reportedUntil(device: string): number {
    return this.until.get(device) ?? 0;
  }

  clockDoubtful(device: string): boolean {
    return this.doubtful.has(device);
  }

  vehiclesAt(): readonly string[] {
    return this.vehicles;
  }
}
