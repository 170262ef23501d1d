import type { Beat, Hello } from '@xiaolaba/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { LiveFleet } from './live.js';

const [older, newer] = ['b000001-ffffffff', 'b000002-00000000'];
let now: number;
let live: LiveFleet;
beforeEach(() => {
  now = 1_790_000_000_000;
  live = new LiveFleet(() => now);
});

const hello = (more: Partial<Hello> = {}): Hello => ({
  v: 1,
  protocol: { min: 1, max: 1 },
  boot: newer,
  at: now,
  profile: 'loudspeaker',
  firmware: '1.0.0',
  outputs: ['audio'],
  sign: null,
  assignment: 0,
  unreported: 0,
  clock: 'trusted',
  ...more,
});
const beat = (more: Partial<Beat> = {}): Beat => ({
  v: 1,
  boot: newer,
  at: now,
  up: 60,
  clock: 'trusted',
  playing: [],
  unreported: 0,
  faults: [],
  ...more,
});
const playing: Beat['playing'] = [
  { output: 'audio', campaign: 'c1', cue: 'q1', item: 'i1', since: 1_790_000_000_000, evidence: 'heard' },
];

describe('the live picture', () => {
  it('follows a connection, and forgets what was playing when it goes', () => {
    live.connection('speaker-1', true, newer);
    now += 1000;
    live.beat('speaker-1', beat({ playing }));
    expect(live.get('speaker-1')).toMatchObject({ online: true, since: now - 1000, lastHeardAt: now, playing });
    expect(live.onlineCount()).toBe(1);
    now += 1000;
    live.connection('speaker-1', false, newer);
    expect(live.get('speaker-1')).toMatchObject({ online: false, since: now, playing: [] });
    expect(live.onlineCount()).toBe(0);
  });

  it('takes no news from the will of an older boot, also before the new one has said hello', () => {
    live.hello('speaker-1', hello({ boot: older }));
    live.connection('speaker-1', true, newer);
    live.connection('speaker-1', false, older);
    expect(live.get('speaker-1').online).toBe(true);
    live.hello('speaker-1', hello());
    live.connection('speaker-1', false, older);
    expect(live.get('speaker-1').online).toBe(true);
    live.connection('speaker-1', false, newer);
    expect(live.get('speaker-1').online).toBe(false);
  });

  it('knows until when everything has been reported, and never goes back', () => {
    live.beat('speaker-1', beat({ unreported: 3 }));
    expect(live.get('speaker-1').reportedUntil).toBe(0);
    live.reported('speaker-1', now - 5000);
    expect(live.get('speaker-1').reportedUntil).toBe(now - 5000);
    live.beat('speaker-1', beat());
    expect(live.get('speaker-1').reportedUntil).toBe(now);
    live.reported('speaker-1', now - 5000);
    now += 1000;
    live.hello('speaker-1', hello({ unreported: 1 }));
    expect(live.get('speaker-1').reportedUntil).toBe(now - 1000);
  });

  it('does not count as reported what a device with a doubtful clock has yet to tell', () => {
    live.beat('speaker-1', beat({ clock: 'jumped' }));
    expect(live.get('speaker-1').reportedUntil).toBe(0);
    expect(live.clockDoubtful('speaker-1')).toBe(true);
    live.beat('speaker-1', beat());
    expect(live.get('speaker-1').reportedUntil).toBe(now);
    expect([live.clockDoubtful('speaker-1'), live.clockDoubtful('speaker-9')]).toEqual([false, false]);
  });

  it('awaits the record of a doubted clock before everything counts as reported', () => {
    live.beat('speaker-1', beat());
    const before = now;
    now += 60_000;
    live.beat('speaker-1', beat({ clock: 'jumped' }));
    expect(live.clockDoubtful('speaker-1')).toBe(true);
    expect(live.get('speaker-1').reportedUntil).toBe(before);
    now += 60_000;
    live.beat('speaker-1', beat({ clock: 'trusted' }));
    expect(live.clockDoubtful('speaker-1')).toBe(false);
    expect(live.get('speaker-1').reportedUntil).toBe(now);
  });

  it('measures the clock of a device against its own', () => {
    live.hello('speaker-1', hello({ at: now + 1500, clock: 'jumped' }));
    expect(live.get('speaker-1')).toMatchObject({ clockOffsetMs: 1500, clock: 'jumped' });
    live.beat('speaker-1', beat({ at: now - 20 }));
    expect(live.get('speaker-1')).toMatchObject({ clockOffsetMs: -20, clock: 'trusted' });
  });

  it('keeps the last position, and where a vehicle stands only while it does', () => {
    live.beat('bus-1', beat({ position: [115.1, 23.4], site: 'stop-1' }));
    live.beat('bus-1', beat());
    expect(live.get('bus-1').position).toEqual([115.1, 23.4]);
    expect(live.get('bus-1').site).toBeUndefined();
  });

  it('tells who has changed since it was asked last', () => {
    live.connection('speaker-1', true);
    live.connection('speaker-1', true);
    live.beat('bus-1', beat());
    expect(live.takeChanged().sort()).toEqual(['bus-1', 'speaker-1']);
    live.connection('speaker-1', true);
    live.get('speaker-2');
    expect(live.takeChanged()).toEqual([]);
  });
});
