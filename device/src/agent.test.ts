import { type Assignment, type Cue, encodeMessage, type Item, type StopOrder, sealEnvelope } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, every, morning, releaseOf, spoken } from './testing/test-content.js';
import { TestDevice } from './testing/test-device.js';
import { TestGateway } from './testing/test-gateway.js';
import { TestWorld } from './testing/test-world.js';

let gateway: TestGateway;
let world: TestWorld;
let device: TestDevice;

beforeEach(async () => {
  gateway = await TestGateway.start();
  world = new TestWorld(morning);
  device = new TestDevice(world, gateway, gateway.identity());
});
afterEach(async () => {
  device.agent?.cut();
  await gateway.stop();
  expect(world.errors).toEqual([]);
});

async function assignWeekly(version = 1): Promise<void> {
  const item = spoken(gateway, 'digest', 20);
  const release = await gateway.addRelease(releaseOf([item], [every('rush', 'digest', 600)]));
  await gateway.assign(gateway.assignment(device.identity, world.now(), { version, releases: [release] }));
}

describe('agent', () => {
  it('fetches what it is assigned, plays when due, proves it and is acknowledged', async () => {
    await device.start();
    await assignWeekly();
    await world.settle();
    expect(gateway.progress.map(({ stage }) => stage)).toEqual(['received', 'fetching', 'ready', 'active']);
    await world.advanceTo(at('07:30:00'));
    expect(device.heard.map((heard) => heard.at)).toEqual([
      at('07:00:00'),
      at('07:10:00'),
      at('07:20:00'),
      at('07:30:00'),
    ]);
    expect(device.relay[0]).toEqual({ at: at('06:59:58'), on: true });
    expect(gateway.plays).toHaveLength(3);
    expect(gateway.plays[0]).toMatchObject({
      startedAt: at('07:00:00'),
      playedMs: 20_000,
      expectedMs: 20_000,
      result: 'completed',
      evidence: 'heard',
      volume: 70,
      level: 70,
    });
    expect(gateway.all.slice(0, 2).map(({ kind }) => kind)).toEqual(['boot', 'active']);
    expect(gateway.hellos[0]).toMatchObject({ assignment: 0, clock: 'trusted' });
    expect(gateway.beats.at(-1)?.playing).toHaveLength(1);
  });

  it('plays on without a link and after a restart, and reports it all afterwards', async () => {
    await device.start();
    await assignWeekly();
    await world.settle();
    gateway.setOnline(false);
    await world.advanceTo(at('07:10:10'));
    device.agent?.cut();
    await world.settle();
    await world.advance(100_000);
    await device.start();
    await world.advanceTo(at('07:35:00'));
    expect(gateway.plays).toHaveLength(0);
    gateway.setOnline(true);
    await world.advance(600_000);
    expect(gateway.plays.map(({ dueAt, result, cause }) => [dueAt, result, cause])).toEqual([
      [at('07:00:00'), 'completed', undefined],
      [at('07:10:00'), 'cut', 'offline'],
      [at('07:10:00'), 'completed', undefined],
      [at('07:20:00'), 'completed', undefined],
      [at('07:30:00'), 'completed', undefined],
      [at('07:40:00'), 'completed', undefined],
    ]);
  });
});

describe('assignment', () => {
  const refusals = (): (string | undefined)[] =>
    gateway.progress.filter(({ stage }) => stage === 'refused').map(({ reason }) => reason);

  it('refuses what is not signed by its gateway, not for it, not for its place, out of date or rolled back', async () => {
    await device.start();
    const { identity } = device;
    const now = world.now();
    await gateway.assign(gateway.assignment(identity, now, {}), gateway.approver);
    await world.settle();
    await gateway.assign(gateway.assignment(identity, now, { place: 'site/elsewhere' }));
    await world.settle();
    await gateway.assign(gateway.assignment(identity, now, { expiresAt: now - 1 }));
    await world.settle();
    await assignWeekly(5);
    await world.settle();
    await assignWeekly(4);
    await world.settle();
    const other = gateway.assignment(gateway.identity({ device: 'ls-0002' }), now, { version: 9 });
    const sealed = await sealEnvelope('assignment', encodeMessage(other), [gateway.keys.signer]);
    await gateway.send(identity.device, 'assignment', sealed);
    await world.settle();
    await gateway.send(identity.device, 'assignment', Buffer.from('{'));
    await world.settle();
    expect(refusals()).toEqual([
      'signature-unknown-key',
      'assignment-place',
      'assignment-expired',
      'assignment-rolled-back',
      'assignment-foreign',
      'message-not-json',
    ]);
    await world.advance(5_000);
    expect(gateway.all.filter(({ kind }) => kind === 'active')).toMatchObject([{ assignment: 5 }]);
  });

  it('refuses single releases and activates the rest', async () => {
    await device.start();
    const item = spoken(gateway, 'digest', 20);
    const cue = every('rush', 'digest', 600);
    const good = await gateway.addRelease(releaseOf([item], [cue]));
    const forged = await gateway.addRelease(releaseOf([item], [cue], { campaign: 'forged' }), gateway.keys);
    const elsewhere = await gateway.addRelease(
      releaseOf([item], [cue], {
        campaign: 'elsewhere',
        audience: { profiles: ['loudspeaker'], places: ['site/elsewhere'] },
      }),
    );
    const tampered = await gateway.addRelease(releaseOf([item], [cue], { campaign: 'tampered' }));
    const spoilt = Buffer.from(gateway.blobs.get(tampered.sha256) ?? []);
    spoilt[40] = (spoilt[40] ?? 0) ^ 1;
    gateway.blobs.set(tampered.sha256, spoilt);
    const releases = [forged, elsewhere, tampered, good];
    await gateway.assign(gateway.assignment(device.identity, world.now(), { releases }));
    await world.settle();
    await world.advance(2_000);
    expect(
      gateway.progress.filter(({ stage }) => stage === 'refused').map(({ reason, release }) => [reason, release]),
    ).toEqual([
      ['signature-unknown-key', forged.sha256],
      ['release-audience', elsewhere.sha256],
      ['blob-unobtainable', tampered.sha256],
    ]);
    expect(gateway.all.find(({ kind }) => kind === 'active')).toMatchObject({ releases: [good.sha256] });
  });

  it('refuses an older revision of what it held', async () => {
    await device.start();
    const item = spoken(gateway, 'digest', 20);
    const cue = every('rush', 'digest', 600);
    const older = await gateway.addRelease(releaseOf([item], [cue]));
    const newer = await gateway.addRelease(releaseOf([item], [cue], { revision: 2 }));
    await gateway.assign(gateway.assignment(device.identity, world.now(), { releases: [newer] }));
    await world.settle();
    await gateway.assign(gateway.assignment(device.identity, world.now(), { version: 2, releases: [older] }));
    await world.settle();
    expect(refusals()).toEqual(['release-rolled-back']);
  });

  it('goes on with a download where it broke off', async () => {
    await device.start();
    const item = spoken(gateway, 'digest', 20, 700_000);
    const release = await gateway.addRelease(releaseOf([item], [every('rush', 'digest', 600)]));
    const assignment = gateway.assignment(device.identity, world.now(), { releases: [release] });
    const audio = item.audio[0]?.renditions[0]?.sha256 ?? '';
    gateway.breakBlob = { sha256: audio, after: 300_000 };
    await gateway.assign(assignment);
    await world.settle();
    await world.advance(2_000);
    const ranges = gateway.requests.filter(({ path }) => path.endsWith(audio)).map(({ range }) => range);
    expect(ranges).toEqual([undefined, 'bytes=300000-']);
    expect(gateway.progress.at(-1)).toMatchObject({ stage: 'active', done: 3, of: 3 });
    expect([...device.storage.files.keys()].filter((name) => name.startsWith('partial/'))).toEqual([]);
  });

  it('says when there is no room, and goes on when there is', async () => {
    await device.start();
    const { room } = device.storage;
    device.storage.room = 1_000_000;
    await assignWeekly();
    await world.settle();
    expect(refusals()).toEqual(['storage-full']);
    device.storage.room = room;
    await world.advance(601_000);
    expect(gateway.progress.at(-1)?.stage).toBe('active');
    expect(gateway.all.map(({ kind }) => kind)).toEqual(['boot', 'event', 'active']);
  });

  it('comes into force at its time', async () => {
    await device.start();
    const effectiveFrom = at('06:58:00');
    await gateway.assign(gateway.assignment(device.identity, world.now(), { effectiveFrom }));
    await world.settle();
    expect(gateway.progress.at(-1)?.stage).toBe('ready');
    await world.advanceTo(at('06:59:00'));
    expect(gateway.all.find(({ kind }) => kind === 'active')?.at).toBe(effectiveFrom);
  });
});

describe('player', () => {
  async function hold(cues: Cue[], items: Item[], over: Partial<Assignment> = {}): Promise<void> {
    const release = await gateway.addRelease(releaseOf(items, cues));
    await gateway.assign(gateway.assignment(device.identity, world.now(), { releases: [release], ...over }));
    await world.settle();
  }
  const onUnlock = (id: string, item: string, over: Partial<Cue> = {}): Cue =>
    every(id, item, 600, {
      timing: {
        kind: 'triggered',
        on: 'unlock',
        windows: [{ days: 'every-day', from: '00:00', to: '24:00' }],
        cooldownSeconds: 0,
      },
      ...over,
    });
  const results = (): unknown[] =>
    gateway.plays.map(({ cue, result, cause, playedMs, pauses }) => [cue, result, cause ?? null, playedMs, pauses]);

  it('lets the more urgent go first, and goes on afterwards from where it was', async () => {
    await device.start();
    await hold(
      [every('rush', 'digest', 600), onUnlock('prompt', 'unlock', { priority: 80 })],
      [spoken(gateway, 'digest', 60), spoken(gateway, 'unlock', 10)],
    );
    await world.advanceTo(at('07:00:20'));
    device.lock('unlock');
    await world.advanceTo(at('07:05:00'));
    expect(device.heard.map((heard) => [heard.at, heard.fromMs])).toEqual([
      [at('07:00:00'), 0],
      [at('07:00:20'), 0],
      [at('07:00:30'), 20_000],
    ]);
    expect(results()).toEqual([
      ['prompt', 'completed', null, 10_000, 0],
      ['rush', 'completed', null, 60_000, 1],
    ]);
    expect(gateway.plays[0]?.trigger).toEqual({ on: 'unlock' });
  });

  it('refuses what is less urgent and can not wait', async () => {
    await device.start();
    await hold(
      [every('rush', 'digest', 600), onUnlock('prompt', 'unlock', { priority: 10 })],
      [spoken(gateway, 'digest', 60), spoken(gateway, 'unlock', 10)],
    );
    await world.advanceTo(at('07:00:20'));
    device.lock('unlock');
    await world.advanceTo(at('07:05:00'));
    expect(results()).toEqual([
      ['prompt', 'refused', 'pre-empted', 0, 0],
      ['rush', 'completed', null, 60_000, 0],
    ]);
  });

  it('makes way for the local microphone', async () => {
    await device.start();
    await hold([every('rush', 'digest', 600)], [spoken(gateway, 'digest', 60)]);
    await world.advanceTo(at('07:00:20'));
    device.override.set(true);
    await world.advanceTo(at('07:02:00'));
    device.override.set(false);
    await world.advanceTo(at('07:09:00'));
    device.override.set(true);
    await world.advanceTo(at('07:30:01'));
    device.override.set(false);
    await world.advanceTo(at('07:31:30'));
    expect(results()).toEqual([
      ['rush', 'completed', null, 60_000, 1],
      ['rush', 'refused', 'pre-empted', 0, 0],
      ['rush', 'refused', 'pre-empted', 0, 0],
      ['rush', 'completed', null, 60_000, 0],
    ]);
    expect(gateway.all.filter((record) => record.kind === 'event')).toHaveLength(4);
  });

  it('gives a paused play up after five minutes', async () => {
    await device.start();
    await hold([every('rush', 'digest', 6_000)], [spoken(gateway, 'digest', 60)]);
    await world.advanceTo(at('07:00:20'));
    device.override.set(true);
    await world.advanceTo(at('07:20:00'));
    expect(results()).toEqual([['rush', 'cut', 'pre-empted', 20_000, 1]]);
  });

  it("keeps the owner's quiet hours and volume cap, whatever the plan says", async () => {
    const limits = { quietHours: { from: '07:05', to: '07:25' }, volumeCap: 30 };
    device = new TestDevice(world, gateway, gateway.identity(), { limits });
    await device.start();
    await hold([every('rush', 'digest', 600)], [spoken(gateway, 'digest', 20)]);
    await world.advanceTo(at('07:35:00'));
    expect(device.heard.map((heard) => [heard.at, heard.volume])).toEqual([
      [at('07:00:00'), 30],
      [at('07:30:00'), 30],
    ]);
    expect(gateway.plays.map(({ cause }) => cause)).toEqual([undefined, 'no-permission', 'no-permission', undefined]);
  });

  it('is silent for timed cues while the clock is off, and accounts for the span', async () => {
    await device.start();
    await hold(
      [every('rush', 'digest', 600), onUnlock('prompt', 'unlock')],
      [spoken(gateway, 'digest', 20), spoken(gateway, 'unlock', 5)],
    );
    await world.advanceTo(at('07:02:00'));
    world.wallOffset += 3_600_000;
    await world.advance(10 * 60_000);
    expect(gateway.beats.at(-1)?.clock).toBe('jumped');
    device.lock('unlock');
    await world.advance(60_000);
    world.wallOffset -= 3_600_000;
    await world.advanceTo(at('07:25:00'));
    expect(device.heard.map((heard) => heard.at)).toEqual([at('07:00:00'), at('07:12:02') + 3_600_000, at('07:20:00')]);
    const clock = gateway.all.find(({ kind }) => kind === 'clock');
    expect(clock).toMatchObject({ stepMs: 3_600_000 });
    expect(gateway.plays[1]).toMatchObject({ cue: 'prompt', startedAt: at('07:12:02') });
  });

  it('tells a silent amplifier and a broken card apart', async () => {
    await device.start();
    await hold([every('rush', 'digest', 600)], [spoken(gateway, 'digest', 20)]);
    device.level = 10;
    await world.advanceTo(at('07:05:00'));
    device.level = undefined;
    await world.advanceTo(at('07:15:00'));
    device.soundFails = 'output';
    await world.advanceTo(at('07:25:00'));
    device.soundFails = 'bad-file';
    await world.advanceTo(at('07:35:00'));
    expect(gateway.plays.map(({ result, cause, evidence }) => [result, cause, evidence])).toEqual([
      ['completed', undefined, 'contradicted'],
      ['completed', undefined, 'claimed'],
      ['refused', 'silent', 'claimed'],
      ['refused', 'bad-file', 'claimed'],
    ]);
  });

  it('does not play a file that storage has spoilt, and fetches it again', async () => {
    await device.start();
    const item = spoken(gateway, 'digest', 20);
    await hold([every('rush', 'digest', 600)], [item]);
    const name = `blobs/${item.audio[0]?.renditions[0]?.sha256}`;
    device.storage.files.set(name, new Uint8Array(2_000));
    await world.advanceTo(at('07:15:00'));
    expect(gateway.plays.map(({ result, cause }) => [result, cause])).toEqual([
      ['refused', 'bad-file'],
      ['completed', undefined],
    ]);
    expect(gateway.all.filter((record) => record.kind === 'event')).toMatchObject([{ event: 'blob-corrupt' }]);
  });

  it("stops for an approver's order, over restarts, until a higher one lifts it", async () => {
    await device.start();
    await hold([every('rush', 'digest', 600)], [spoken(gateway, 'digest', 60)]);
    const order: Omit<StopOrder, 'state' | 'version'> = {
      v: 1,
      issuedAt: morning,
      scope: ['site/estate-01'],
      reason: 'drill',
    };
    const stop: StopOrder = { ...order, state: 'stop', version: 2 };
    await world.advanceTo(at('07:00:20'));
    await gateway.order('ls-0001', stop, gateway.keys);
    await world.advanceTo(at('07:00:30'));
    expect(gateway.plays).toEqual([]);
    await gateway.order('ls-0001', stop);
    await world.advanceTo(at('07:05:00'));
    expect(results()).toEqual([['rush', 'cut', 'no-permission', 30_000, 0]]);
    device.agent?.cut();
    await device.start();
    await world.advanceTo(at('07:15:00'));
    await gateway.order('ls-0001', { ...order, state: 'lifted', version: 1 });
    await world.advanceTo(at('07:25:00'));
    await gateway.order('ls-0001', { ...order, state: 'lifted', version: 3, scope: 'everywhere' });
    await world.advanceTo(at('07:35:00'));
    expect(gateway.plays.map(({ dueAt, result }) => [dueAt, result])).toEqual([
      [at('07:00:00'), 'cut'],
      [at('07:10:00'), 'refused'],
      [at('07:20:00'), 'refused'],
      [at('07:30:00'), 'completed'],
    ]);
    expect(device.leds).toContain('stopped');
  });

  it('leaves nothing behind when the plug is pulled in mid-play', async () => {
    await device.start();
    await hold([every('rush', 'digest', 600)], [spoken(gateway, 'digest', 60)]);
    await world.advanceTo(at('07:00:20'));
    const files = new Map(device.storage.files);
    const reported = (): number => gateway.counters.received - gateway.statuses.length;
    const before = reported();
    device.agent?.cut();
    // The broker speaks the last will; it does not come from the device.
    await world.advance(3_600_000);
    expect(device.storage.files).toEqual(files);
    expect(reported()).toBe(before);
  });

  it('ends cleanly: the play in flight is cut and reported', async () => {
    await device.start();
    await hold([every('rush', 'digest', 600)], [spoken(gateway, 'digest', 60)]);
    await world.advanceTo(at('07:00:20'));
    world.run('stop', () => device.agent?.stop());
    await world.advance(1_000);
    expect(results()).toEqual([['rush', 'cut', 'offline', 20_000, 0]]);
    expect(gateway.statuses.at(-1)).toBe('offline');
  });
});

describe('bus', () => {
  it('announces at a stop once, says how long it stood there, and scrolls text meanwhile', async () => {
    const identity = gateway.identity({ device: 'bus-0001', profile: 'bus-screen', place: 'route/r1' });
    device = new TestDevice(world, gateway, identity);
    await device.start();
    const arrival = every('arrival', 'stop', 600, {
      timing: {
        kind: 'triggered',
        on: 'stop-arrival',
        windows: [{ days: 'every-day', from: '06:00', to: '22:00' }],
        cooldownSeconds: 300,
      },
    });
    const ticker = every('ticker', 'words', 600, {
      output: 'text',
      timing: {
        kind: 'continuous',
        windows: [{ days: 'every-day', from: '06:50', to: '07:10' }],
        segmentSeconds: 300,
      },
    });
    const words: Item = { id: 'words', title: 'words', audio: [], text: '不听、不信、不转账' };
    const release = await gateway.addRelease(
      releaseOf([spoken(gateway, 'stop', 10), words], [arrival, ticker], {
        audience: { profiles: ['bus-screen'], places: ['route/r1'] },
      }),
    );
    const stop = { site: 'stop-001', position: [114, 25] as [number, number], radius: 40 };
    const route = gateway.addBlob(encodeMessage({ v: 1, id: 'r1', stops: [stop] }));
    await gateway.assign(gateway.assignment(identity, world.now(), { releases: [release], route }));
    await world.advanceTo(at('06:58:00'));
    device.signFails = true;
    device.fix([114.01, 25]);
    device.fix([114, 25]);
    await world.advance(6_000);
    device.fix([114.0005, 25]);
    device.fix([114, 25]);
    device.fix([114.001, 25]);
    await world.advanceTo(at('07:01:50'));
    device.signFails = false;
    await world.advanceTo(at('07:11:00'));
    const [audio, ...more] = gateway.plays.filter(({ output }) => output === 'audio');
    expect(audio).toMatchObject({ result: 'completed', trigger: { site: 'stop-001' }, dwellMs: 4_000 });
    expect(more).toEqual([]);
    expect(
      gateway.plays
        .filter(({ output }) => output === 'text')
        .map(({ result, cause, playedMs }) => [result, cause, playedMs]),
    ).toEqual([
      ['completed', undefined, 300_000],
      ['cut', 'silent', 180_000],
      ['completed', undefined, 300_000],
    ]);
    expect(device.shown.at(-1)).toEqual({ at: at('07:10:01'), text: undefined });
  });
});
