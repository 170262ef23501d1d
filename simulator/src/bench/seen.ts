import type { JournalRecord, Profile } from '@xiaolaba/protocol';
import type { HarnessEvent, HarnessEventOf } from '../harness/harness-events.js';
import type { SeenDevice, SeenRecord } from './contract.js';

const recordsKept = 200;

/** What the gateway of the bench has seen of its devices. */
export class Seen {
  readonly #devices = new Map<string, SeenDevice>();
  readonly #known = new Set<string>();
  #records: SeenRecord[] = [];

  constructor(private readonly isReal: (device: string) => boolean) {}

  get devices(): readonly SeenDevice[] {
    return [...this.#devices.values()];
  }

  /** Newest first. */
  get records(): readonly SeenRecord[] {
    return this.#records;
  }

  /** @returns what is new of it */
  take(event: HarnessEvent): readonly SeenRecord[] {
    const { device } = event;
    if (event.kind === 'records') return this.#take(event);
    const before = this.#devices.get(device) ?? this.#unseen(device);
    const now = next(before, event);
    if (now !== before) this.#devices.set(device, now);
    return [];
  }

  #unseen(id: string): SeenDevice {
    return {
      id,
      real: this.isReal(id),
      profile: null,
      online: false,
      lastBeatAt: null,
      beat: null,
      assignment: null,
    };
  }

  #take({ device, body }: HarnessEventOf<'records'>): readonly SeenRecord[] {
    const fresh: SeenRecord[] = [];
    for (const { record } of body.read.accepted) {
      const key = `${device}/${body.batch.boot}/${record.seq}`;
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      fresh.push(told(device, record));
    }
    this.#records = [...[...fresh].reverse(), ...this.#records].slice(0, recordsKept);
    return fresh;
  }

  forget(): void {
    this.#devices.clear();
    this.#known.clear();
    this.#records = [];
  }
}

function next(before: SeenDevice, event: HarnessEvent): SeenDevice {
  switch (event.kind) {
    case 'hello': {
      const profile: Profile = event.body.profile;
      return { ...before, profile, online: true };
    }
    case 'beat':
      return { ...before, beat: event.body, lastBeatAt: event.at };
    case 'status':
      return { ...before, online: event.body.state === 'online' };
    case 'disconnect':
      return { ...before, online: false };
    case 'progress': {
      const { assignment: version, stage, reason } = event.body;
      return { ...before, assignment: { version, stage, reason: reason ?? null } };
    }
    default:
      return before;
  }
}

function told(device: string, record: JournalRecord): SeenRecord {
  const play = record.kind === 'play' ? record : undefined;
  const event = record.kind === 'event' ? record : undefined;
  return {
    device,
    at: record.at,
    kind: record.kind,
    item: play?.item ?? null,
    output: play?.output ?? null,
    result: play?.result ?? null,
    cause: play?.cause ?? null,
    evidence: play?.evidence ?? null,
    playedMs: play?.playedMs ?? null,
    expectedMs: play?.expectedMs ?? null,
    event: event?.event ?? null,
    detail: event?.detail ?? null,
  };
}
