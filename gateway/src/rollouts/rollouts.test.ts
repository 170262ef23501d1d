import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assignmentSchema, decodeMessage, fromBase64, type PlayRecord, type Release } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry, CampaignView, PlaceDetail } from '../api/contract.js';
import { type RolloutView, rolloutViewSchema } from '../api/rollout-contract.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { at, day, TestGateway } from '../testing/open-gateway.js';
import { tickerContent } from '../testing/ticker-content.js';

const site = (id: string, kind: string, at: number) =>
  `${id},${kind},甲,A,town,station,115.1${at},23.4,cmn,22:00-06:00,70,2,100`;
const ids = ['estate-1', 'estate-2', 'estate-3', 'estate-4', 'booth-1', 'booth-2'];
const ticker = (text: string): string =>
  String(tickerContent(text)['campaigns/ticker.yaml']).replace('kinds: [estate]', 'kinds: [estate, booth]');
const changes = {
  ...tickerContent(),
  'sites/sites.csv': `id,kind,name_zh,name_en,township,police_station,longitude,latitude,dialects,quiet_hours,volume_cap,noise_zone,people
${ids.map((id, index) => site(id, id.replace(/-\d/, ''), index)).join('\n')}
stop-1,stop,东站,East Stop,town,station,115.12,23.4,cmn,22:00-06:00,70,2,100
stop-2,stop,西站,West Stop,town,station,115.14,23.4,cmn,22:00-06:00,70,2,100
parking-1,parking,停放点,Parking,town,station,115.105,23.405,cmn,22:00-06:00,70,2,100
`,
  'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
${ids.map((id) => `sign-${id},booth-sign,site/${id},64,16,gbk`).join('\n')}
`,
  'campaigns/ticker.yaml': ticker('刷单就是诈骗'),
};
const rollout = { firstPlaces: 2, thenPercent: [60], plays: 2, minutes: 60, verifiedPercent: 90, errorPercent: 10 };

let gateway: TestGateway;
const signs = new Map<string, MqttDevice>();
beforeEach(async () => {
  gateway = await TestGateway.open({ changes, settings: { rollout } });
  await gateway.import();
  for (const id of ids) {
    const sign = await MqttDevice.enrol(gateway, `sign-${id}`);
    signs.set(`site/${id}`, await sign.connect(gateway.gateway.mqttPort));
  }
  await gateway.approve();
  await gateway.gateway.settled();
});
afterEach(async () => {
  for (const sign of signs.values()) await sign.close();
  signs.clear();
  await gateway.close();
});

const campaign = async (): Promise<CampaignView> => {
  const [found] = await gateway.get<CampaignView[]>('/api/campaigns');
  if (!found) throw new Error('no campaign');
  return found;
};
/** Rewrites the campaign and approves it. @returns the release */
const rewritten = async (text: string, staging = 'staged'): Promise<string> => {
  await writeFile(join(gateway.content, 'campaigns/ticker.yaml'), ticker(text));
  await gateway.import();
  return await approved(staging);
};
const approved = async (staging: string): Promise<string> => {
  const [candidate] = (await campaign()).candidates;
  const envelope = await gateway.envelopeOf(candidate?.sha256 ?? '');
  const { status, body } = await gateway.admin('POST', `/api/releases?staging=${staging}`, envelope);
  expect(status).toBe(200);
  await gateway.gateway.settled();
  return (body as { sha256: string }).sha256;
};
const rollouts = async (): Promise<RolloutView[]> =>
  rolloutViewSchema.array().parse((await gateway.admin('GET', '/api/rollouts')).body);
const act = (release: string, step: string) => gateway.admin('POST', `/api/rollouts/${release}/${step}`);
/** What each place was told last to hold, by revision. */
const revisions = async (): Promise<Record<string, number[]>> => {
  await gateway.gateway.settled();
  const held: Record<string, number[]> = {};
  for (const [place, sign] of signs) {
    const last = sign.received('assignment').at(-1) as { payload: string };
    const { releases } = decodeMessage(assignmentSchema, fromBase64(last.payload) ?? new Uint8Array());
    held[place] = await Promise.all(
      releases.map(async ({ sha256 }) => {
        const { payload } = (await gateway.call('GET', `/blobs/${sha256}`)).body as { payload: string };
        return (JSON.parse(Buffer.from(payload, 'base64').toString()) as Release).revision;
      }),
    );
  }
  return held;
};
const holding = (held: Record<string, number[]>, revision: number): string[] =>
  Object.keys(held).filter((place) => held[place]?.includes(revision));
/** Lets the ledger and the rollouts look again at an instant. */
const look = async (instant: number): Promise<void> => {
  gateway.clock.set(instant);
  await gateway.gateway.settled();
};
const plays = async (release: string, places: readonly string[], hour: string, more: Partial<PlayRecord> = {}) => {
  for (const place of places) {
    const sign = signs.get(place);
    if (!sign) throw new Error(place);
    const dueAt = at(hour);
    sign.write({
      ...{ seq: 0, at: dueAt + 3_600_000, kind: 'play', release, campaign: 'ticker', cue: 'all-day', item: 'line' },
      ...{ output: 'text', dueAt, startedAt: dueAt, playedMs: 3_600_000, expectedMs: 3_600_000 },
      ...{ result: 'completed', evidence: 'claimed', pauses: 0, ...more },
    } as PlayRecord);
    const seq = (written.get(place) ?? 0) + 1;
    written.set(place, seq);
    await sign.sendRecords(seq, seq);
  }
  await gateway.gateway.settled();
};
const written = new Map<string, number>();
beforeEach(() => written.clear());
const steps = async (): Promise<string[]> =>
  ((await gateway.admin('GET', '/api/audit?limit=500')).body as AuditEntry[])
    .filter(({ action }) => action.startsWith('rollout-'))
    .map(({ action, who }) => `${action} ${who}`)
    .reverse();

describe('a release that goes out in waves', () => {
  it('reaches a mixed few first, goes on when it has truly played, and leaves the one before until then', async () => {
    const release = await rewritten('刷单都是诈骗');
    const [first] = await rollouts();
    expect(first).toMatchObject({ release, state: 'running', revision: 2, before: 1 });
    expect(first?.waves.map(({ places }) => places)).toEqual([2, 2, 2]);
    const wave = first?.waves[0]?.some ?? [];
    expect(wave.map((place) => place.replace(/-\d/, '')).sort()).toEqual(['site/booth', 'site/estate']);
    let held = await revisions();
    expect(holding(held, 2)).toEqual(Object.keys(held).filter((place) => wave.includes(place)));
    expect(holding(held, 1)).toHaveLength(4);
    // The ledger expects of each place what it was truly handed.
    const other = holding(held, 1)[0] ?? '';
    const detail = await gateway.get<PlaceDetail>(`/api/places/${other}/days/${day}`);
    const expected = detail.slots.map(({ id }) => id);
    expect(expected).toHaveLength(3);
    expect(expected.some((id) => id.includes(release.slice(0, 16)))).toBe(false);

    await look(at('08:01'));
    expect((await rollouts())[0]?.waves[0]?.plays).toMatchObject({ awaited: 2, verified: 0 });
    await plays(release, wave, '07:00');
    await gateway.restart();
    for (const sign of signs.values()) {
      await sign.close();
      await sign.connect(gateway.gateway.mqttPort);
    }
    expect((await rollouts())[0]?.waves[0]?.plays).toMatchObject({ verified: 2, failed: 0 });
    expect(holding(await revisions(), 2)).toHaveLength(2);
    await look(at('08:02'));
    held = await revisions();
    expect(holding(held, 2)).toHaveLength(4);
    expect(holding(held, 1)).toHaveLength(2);
    const [second] = await rollouts();
    await look(at('10:01'));
    await plays(release, second?.waves[1]?.some ?? [], '09:00');
    await look(at('10:02'));
    expect(holding(await revisions(), 2)).toHaveLength(6);
    expect((await rollouts())[0]?.state).toBe('running');
    expect((await campaign()).releases.map(({ revision }) => revision).sort()).toEqual([1, 2]);
    expect((await act(release, 'finish')).status).toBe(200);
    expect((await rollouts())[0]?.state).toBe('finished');
    expect((await campaign()).releases.map(({ revision }) => revision)).toEqual([2]);
    expect(await steps()).toEqual(['rollout-advanced machine', 'rollout-advanced machine', 'rollout-finished machine']);
  });

  it('stops when too much fails, and is taken back where it came, to be signed anew', async () => {
    const release = await rewritten('刷单都是诈骗');
    const wave = (await rollouts())[0]?.waves[0]?.some ?? [];
    await look(at('08:01'));
    await plays(release, wave, '07:00', { playedMs: 0, result: 'refused', cause: 'bad-file' });
    await look(at('08:02'));
    const [paused] = await rollouts();
    expect(paused).toMatchObject({ state: 'paused', reason: 'errors' });
    expect(paused?.waves[0]?.plays).toMatchObject({ failed: 2, causes: { 'bad-file': 2 } });
    await look(at('09:30'));
    expect(holding(await revisions(), 2)).toHaveLength(2);

    const { status, body } = await act(release, 'roll-back');
    expect([status, (body as RolloutView).state]).toEqual([200, 'rolled-back']);
    const held = await revisions();
    // Devices refuse a lower revision: the old one is not handed back as it was.
    for (const place of wave) expect(held[place]).toEqual([]);
    expect(holding(held, 1)).toHaveLength(4);
    expect((await act(release, 'resume')).status).toBe(422);
    const [candidate] = (await campaign()).candidates;
    expect(candidate?.sha256).toBe((body as RolloutView).restored);
    await approved('as-set');
    expect(holding(await revisions(), 3)).toHaveLength(6);
    expect((await campaign()).releases.map(({ revision }) => revision)).toEqual([3]);
  });

  it('is paused, goes on, and is everywhere by the word of an approver', async () => {
    const release = await rewritten('刷单都是诈骗');
    expect((await act(release, 'pause')).body).toMatchObject({ state: 'paused', reason: 'by-hand' });
    expect((await act(release, 'resume')).body).toMatchObject({ state: 'running' });
    await act(release, 'advance');
    expect(holding(await revisions(), 2)).toHaveLength(4);
    expect((await act(release, 'finish')).body).toMatchObject({ state: 'finished' });
    const held = await revisions();
    expect([holding(held, 2).length, holding(held, 1).length]).toEqual([6, 0]);
    expect((await act(release, 'advance')).status).toBe(422);
    expect((await act('0'.repeat(64), 'pause')).status).toBe(404);
    expect(await steps()).toEqual([
      'rollout-paused machine',
      'rollout-resumed machine',
      'rollout-advanced machine',
      'rollout-finished machine',
    ]);
  });

  it('gives way to a later one, and ends when it is withdrawn', async () => {
    await rewritten('刷单都是诈骗');
    const later = await rewritten('刷单全是诈骗');
    await look(at('06:02'));
    expect((await rollouts()).map(({ state }) => state)).toEqual(['running', 'superseded']);
    const held = await revisions();
    expect(Object.values(held).flat()).toHaveLength(6);
    expect(holding(held, 3)).toHaveLength(2);
    await gateway.admin('POST', `/api/releases/${later}/withdraw`);
    await look(at('06:04'));
    expect((await rollouts()).map(({ state }) => state)).toEqual(['withdrawn', 'superseded']);
    const after = await revisions();
    expect(holding(after, 3)).toEqual([]);
    for (const place of holding(held, 3)) expect(after[place]).toEqual([]);
    expect(holding(after, 1).length + holding(after, 2).length).toBe(4);
  });

  it('goes everywhere at once where no device is that could show how it does', async () => {
    for (const id of ids) await gateway.admin('POST', `/api/devices/sign-${id}/revoke`);
    await rewritten('刷单都是诈骗');
    expect(await rollouts()).toEqual([]);
  });

  it('goes everywhere at once where that is said, or where it is small', async () => {
    await rewritten('刷单都是诈骗', 'at-once');
    await rewritten('刷单全是诈骗', 'as-set');
    expect(holding(await revisions(), 3)).toHaveLength(6);
    expect(await rollouts()).toEqual([]);
  });
});
