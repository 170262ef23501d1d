import { encodeMessage, type KeyList, type Release, releaseSchema, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AlertPreview,
  type AlertRequestBody,
  type AlertView,
  alertDevicesSchema,
  alertPreviewSchema,
  alertViewSchema,
  capTakenSchema,
} from '../api/alert-contract.js';
import { type CampaignView, problemSchema } from '../api/contract.js';
import { readCap } from '../orders/cap.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { type Answer, at, TestGateway } from '../testing/open-gateway.js';
import { Person } from '../testing/person.js';
import { tickerContent } from '../testing/ticker-content.js';
import { saysExercise } from './exercise.js';

const root = generateKeyPair();
const [chen, lin] = [generateKeyPair(), generateKeyPair()];
const listed = ({ publicKey }: KeyPair) => ({
  alg: 'Ed25519' as const,
  kid: publicKey.kid,
  key: toBase64(publicKey.bytes),
});
const keys: KeyList = {
  v: 1,
  version: 1,
  issuedAt: 1,
  root: { keys: [listed(root)], threshold: 1 },
  approvers: [
    { ...listed(chen), name: '陈', may: ['release', 'alert'] },
    { ...listed(lin), name: '林', may: ['release', 'alert'] },
  ],
  thresholds: { release: 1, stop: 1, alert: 2 },
};
let gateway: TestGateway;
const devices: MqttDevice[] = [];
beforeEach(async () => {
  gateway = await TestGateway.open({ changes: tickerContent() });
  await gateway.import();
  await gateway.admin('POST', '/api/key-lists', await sealEnvelope('key-list', encodeMessage(keys), [root.signer]));
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  await gateway.close();
});

const shown: AlertRequestBody = {
  status: 'exercise',
  words: { title: '假公安来电', sign: '有假公安打电话。马上挂断。' },
  scope: 'everywhere',
  output: 'text',
};
const viewIn = ({ status, body }: Answer): AlertView => {
  expect({ status, body }).toMatchObject({ status: 200 });
  return alertViewSchema.parse(body);
};
const give = async (change: Partial<AlertRequestBody> = {}): Promise<AlertView> =>
  viewIn(await gateway.admin('POST', '/api/alerts', { ...shown, ...change }));
const refusals = async (change: Partial<AlertRequestBody>): Promise<string[]> => {
  const { status, body } = await gateway.admin('POST', '/api/alerts', { ...shown, ...change });
  expect(status).toBe(422);
  const { code, details } = problemSchema.parse(body);
  const { problems } = details as { problems?: { code: string; severity: string }[] };
  return problems?.flatMap((problem) => (problem.severity === 'error' ? [problem.code] : [])) ?? [code];
};
const codeIn = ({ body }: Answer): string => problemSchema.parse(body).code;
const sign = async ({ candidate = '' }: Pick<AlertView, 'candidate'>, by: KeyPair): Promise<number> =>
  (await gateway.admin('POST', '/api/releases', await gateway.envelopeOf(candidate, by))).status;
const publish = async (alert: AlertView): Promise<AlertView> => {
  expect(await sign(alert, chen)).toBe(202);
  expect(await sign(alert, lin)).toBe(200);
  return await see(alert);
};
const see = async ({ id }: AlertView): Promise<AlertView> =>
  alertViewSchema.parse(await gateway.get(`/api/alerts/${id}`));
const end = async ({ id }: AlertView): Promise<AlertView> =>
  viewIn(await gateway.admin('POST', `/api/alerts/${id}/end`, { reason: '完毕' }));
const releaseOf = async ({ candidate }: AlertView): Promise<Release> =>
  releaseSchema.parse((await gateway.admin('GET', `/api/candidates/${candidate}`)).body);

describe('an alert', () => {
  it('waits for both signatures, shows who is missing, and goes out at once', async () => {
    const alert = await give({ status: 'actual' });
    expect(alert).toMatchObject({ state: 'waiting', places: 3, approval: { kind: 'alert', needed: 2, missing: 2 } });
    expect(alert.missing.map(({ name }) => name)).toEqual(['陈', '林']);
    expect(await sign(alert, chen)).toBe(202);
    expect(await see(alert)).toMatchObject({ state: 'waiting', approval: { missing: 1 }, missing: [{ name: '林' }] });
    expect(await sign(alert, lin)).toBe(200);
    const onAir = await see(alert);
    expect(onAir).toMatchObject({ state: 'on-air', missing: [] });
    expect(onAir.candidate).toBeUndefined();
    gateway.clock.set(alert.validUntil);
    expect(await see(alert)).toMatchObject({ state: 'expired' });
  });

  it('says by its time and priority what was asked', async () => {
    gateway.clock.set(at('23:50:30'.slice(0, 5)) + 30_000);
    const release = await releaseOf(
      await give({ status: 'actual', minutes: 20, priority: 97, breaksQuietHours: true }),
    );
    expect(release).toMatchObject({ validFrom: at('23:50'), validUntil: at('23:50') + 30_000 + 20 * 60_000 });
    expect(release.cues).toMatchObject([
      {
        output: 'text',
        priority: 97,
        breaksQuietHours: true,
        timing: { kind: 'continuous', windows: [{ from: '23:50', to: '00:11' }] },
      },
    ]);
  });

  it('is not signed by who wrote it', async () => {
    const person = await Person.enter(gateway, 'both', ['editor', 'approver']);
    const { body, status } = await person.call('POST', '/api/alerts', shown);
    expect(status).toBe(200);
    const alert = alertViewSchema.parse(body);
    expect(alert.authorName).toBe('both');
    const refused = await person.call('POST', '/api/releases', await gateway.envelopeOf(alert.candidate ?? '', chen));
    expect(codeIn(refused)).toBe('own-draft');
  });

  it('ends before its time, waiting or on air, and is audited', async () => {
    const waiting = await end(await give());
    expect(waiting).toMatchObject({ state: 'cancelled', endReason: '完毕' });
    expect((await gateway.admin('POST', '/api/releases', await gateway.envelopeOf(waiting.id, chen))).status).not.toBe(
      200,
    );
    const alert = await publish(await give());
    expect(await end(alert)).toMatchObject({ state: 'ended', endedBy: 'machine' });
    expect(await end(alert)).toMatchObject({ state: 'ended' });
    await gateway.restart();
    expect(await see(alert)).toMatchObject({ state: 'ended', endReason: '完毕' });
    const { body } = await gateway.admin('GET', '/api/audit');
    expect(JSON.stringify(body)).toContain('alert-ended');
  });

  it('is not restored: another is given', async () => {
    const alert = await publish(await give());
    await end(alert);
    const answer = await gateway.admin('POST', `/api/releases/${alert.release}/restore`);
    expect([answer.status, codeIn(answer)]).toEqual([422, 'release-of-alert']);
  });

  it('is taken off the air when its time is over, and nobody can sign it any more', async () => {
    const [alert, unsigned] = [await publish(await give()), await give()];
    gateway.clock.set(alert.validUntil + 60_000);
    const actions = async () => JSON.stringify((await gateway.admin('GET', '/api/audit')).body);
    await expect.poll(actions).toContain('alert-expired');
    await gateway.gateway.settled();
    expect(await see(alert)).toMatchObject({ state: 'expired' });
    expect(await see(unsigned)).toMatchObject({ state: 'lapsed' });
    expect(codeIn(await gateway.admin('GET', `/api/candidates/${unsigned.candidate}`))).toBe('candidate-unknown');
    expect((await actions()).split('alert-expired')).toHaveLength(2);
  });

  it('is updated: the earlier one stays until the later one is signed', async () => {
    const first = await publish(await give());
    const second = await give({ replaces: first.id, minutes: 60 });
    expect(await see(first)).toMatchObject({ state: 'on-air' });
    await publish(second);
    expect(await see(first)).toMatchObject({ state: 'replaced', replacedBy: second.id });
    expect(codeIn(await gateway.admin('POST', '/api/alerts', { ...shown, replaces: first.id }))).toBe('alert-replaced');
    await end(second);
    expect(codeIn(await gateway.admin('POST', '/api/alerts', { ...shown, replaces: second.id }))).toBe('alert-ended');
  });

  it('reaches its devices, and tells how far it has come', async () => {
    const device = await MqttDevice.enrol(gateway, 'sign-1');
    devices.push(device);
    await device.connect(gateway.gateway.mqttPort);
    await device.hello('booth-sign', at('06:00'));
    await gateway.gateway.settled();
    const alert = await publish(await give({ scope: { places: ['site/estate-1'] } }));
    await gateway.gateway.settled();
    const state = async () => {
      const { devices: list } = alertDevicesSchema.parse(await gateway.get(`/api/alerts/${alert.id}/devices`));
      return list[0];
    };
    expect(await state()).toMatchObject({ stage: 'assigned', assignedAt: at('06:00'), online: true });
    const release = alert.release ?? '';
    device.write(
      { seq: 1, at: at('06:00') + 1000, kind: 'active', assignment: 2, releases: [release] },
      {
        seq: 2,
        at: at('06:01'),
        kind: 'play',
        release,
        campaign: alert.id,
        cue: 'show',
        item: 'alert',
        output: 'text',
        dueAt: at('06:00'),
        startedAt: at('06:00') + 2000,
        playedMs: 58_000,
        expectedMs: 58_000,
        result: 'completed',
        evidence: 'claimed',
        pauses: 0,
      },
    );
    await device.sendRecords(1, 2);
    await gateway.gateway.settled();
    expect(await state()).toMatchObject({
      stage: 'sounded',
      readyAt: at('06:00') + 1000,
      soundedAt: at('06:00') + 2000,
    });
    expect((await see(alert)).devices).toMatchObject({ inScope: 1, assigned: 1, ready: 1, sounded: 1, missed: 0 });
  });

  it('is previewed with what it costs', async () => {
    for (const { candidates } of await gateway.get<CampaignView[]>('/api/campaigns'))
      for (const { sha256 } of candidates) expect(await sign({ candidate: sha256 }, chen)).toBe(200);
    const device = await MqttDevice.enrol(gateway, 'sign-1');
    devices.push(device);
    gateway.clock.set(at('08:00'));
    await gateway.gateway.settled();
    const { status, body } = await gateway.admin('POST', '/api/alerts/preview', shown);
    expect(status).toBe(200);
    const preview: AlertPreview = alertPreviewSchema.parse(body);
    expect(preview).toMatchObject({
      title: '【演练】假公安来电',
      sign: '【演练】有假公安打电话。【演练】马上挂断。【演练】',
      devices: { inScope: 1, online: 0, offline: 1 },
      quietPlaces: 0,
      preempts: [{ campaign: 'ticker' }],
      approval: { needed: 2 },
    });
    expect(await gateway.get('/api/alerts')).toEqual([]);
  });
});

describe('an exercise', () => {
  it.each([
    '有假公安打电话。马上挂断。',
    '\u202e有假公安打电话',
    '\u0008\u0008\u0008\u0008有假公安',
    `${' \n'.repeat(70)}有假公安`,
    '】【有假公安',
    '有\u0336假\u0336公\u0336安',
  ])('carries its mark whatever is written: %j', async (sign) => {
    const release = await releaseOf(await give({ words: { title: '\u202e来电', sign } }));
    expect(saysExercise(release)).toBe(true);
    expect(release.campaign).toMatch(/^exercise-/);
    expect(release.items[0]?.text).toMatch(/^【演练】(?:(?![\p{Cf}\p{Cc}]|\u0336).)*【演练】$/u);
  });

  it.each(['这不是演练', '这 不\u200b是 演 練', 'This is NOT an exercise', '演练已取消，这是真的', '并非演习'])(
    'does not take it back: %s',
    async (sign) => {
      expect(await refusals({ words: { title: '来电', sign } })).toContain('exercise-denied');
    },
  );

  it('is never turned real, and a real one does not pass for an exercise', async () => {
    const exercise = await publish(await give());
    expect(
      codeIn(await gateway.admin('POST', '/api/alerts', { ...shown, status: 'actual', replaces: exercise.id })),
    ).toBe('alert-status-fixed');
    expect(await refusals({ status: 'actual', words: { title: '来电', sign: '【演练】假公安' } })).toContain(
      'exercise-mentioned',
    );
  });
});

describe('CAP', () => {
  const cap = (
    body: string,
    { status = 'Actual', msgType = 'Alert', id = 'msg-1', references = '' } = {},
  ): Uint8Array =>
    Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${id}</identifier><sender>ga@example</sender>
<sent>2026-11-20T06:00:00+08:00</sent><status>${status}</status><msgType>${msgType}</msgType><scope>Public</scope>
${references ? `<references>${references}</references>` : ''}${body}</alert>`);
  const info = (area: string, headline = '假公安来电', language = 'zh-CN') => `<info><language>${language}</language>
<category>Security</category><event>诈骗</event><urgency>Immediate</urgency><severity>Severe</severity>
<certainty>Observed</certainty><expires>2026-11-20T07:00:00+08:00</expires><headline>${headline}</headline>
<area><areaDesc>甲</areaDesc>${area}</area></info>`;
  const place = '<geocode><valueName>点位</valueName><value>甲小区</value></geocode>';
  const near = '<circle>23.4,115.1 0.5</circle>';
  const around = '<polygon>23.40,115.09 23.40,115.12 23.42,115.12 23.42,115.09 23.40,115.09</polygon>';
  const send = (bytes: Uint8Array): Promise<Answer> => gateway.admin('POST', '/api/cap', bytes);
  const take = async (bytes: Uint8Array) => {
    const { status, body } = await send(bytes);
    expect({ status, body }).toMatchObject({ status: 200 });
    return capTakenSchema.parse(body);
  };
  const first = 'ga@example,msg-1,2026-11-20T06:00:00+08:00';

  it('becomes an alert that waits for signatures, once', async () => {
    const taken = await take(cap(info(near)));
    const [alert] = taken.alerts;
    expect(taken.outcome).toBe('alert');
    expect(alert).toMatchObject({ state: 'waiting', status: 'actual', places: 1, validUntil: at('07:00') });
    expect((await take(cap(info(near)))).outcome).toBe('duplicate');
    expect(await gateway.get<AlertView[]>('/api/alerts')).toHaveLength(1);
    expect((await take(cap(info(place), { id: 'two' }))).alerts[0]?.places).toBe(1);
    expect((await take(cap(info(around), { id: 'three' }))).alerts[0]?.places).toBe(2);
  });

  it.each(['Test', 'Draft', 'System'])('never airs a message of status %s, and keeps it', async (status) => {
    expect(await take(cap(info(near), { status }))).toMatchObject({ outcome: 'kept', alerts: [] });
    expect((await take(cap(info(near), { status }))).outcome).toBe('duplicate');
    expect(await gateway.get('/api/alerts')).toEqual([]);
  });

  it('is an exercise where it says so, and is refused where its words say otherwise', async () => {
    const [alert] = (await take(cap(info(near), { status: 'Exercise' }))).alerts;
    expect(alert).toMatchObject({ status: 'exercise', title: '【演练】假公安来电' });
    const denied = await send(cap(info(near, '这不是演练'), { status: 'Exercise', id: 'two' }));
    expect(JSON.stringify(denied.body)).toContain('exercise-denied');
    const turned = await send(cap(info(near), { id: 'three', msgType: 'Update', references: first }));
    expect(codeIn(turned)).toBe('alert-status-fixed');
    const cancelled = await send(cap('', { id: 'four', msgType: 'Cancel', references: first }));
    expect(codeIn(cancelled)).toBe('alert-status-fixed');
  });

  it('updates and cancels what it refers to, and says what it does not know', async () => {
    const [alert] = (await take(cap(info(near)))).alerts;
    await publish(alert as AlertView);
    const updated = await take(cap(info(near), { id: 'two', msgType: 'Update', references: first }));
    expect(updated.alerts[0]).toMatchObject({ replaces: alert?.id, state: 'waiting' });
    const unknown = await send(cap('', { id: 'x', msgType: 'Cancel', references: first.replace('msg-1', 'other') }));
    expect(codeIn(unknown)).toBe('cap-reference-unknown');
    await publish(updated.alerts[0] as AlertView);
    const ended = await take(cap('', { id: 'three', msgType: 'Cancel', references: first }));
    expect(ended).toMatchObject({ outcome: 'ended', alerts: [{ id: updated.alerts[0]?.id, state: 'ended' }] });
  });

  it.each([
    [info('<circle>10,10 1</circle>'), 'cap-area-unmatched'],
    [info(near, '一', 'en-US'), 'cap-language'],
    ['', 'cap-info-missing'],
    [info(near, '的'.repeat(400)).replace('诈骗', '的'.repeat(400)), 'cap-text-long'],
    [info(near).replace('T07:00', 'T05:00'), 'alert-over'],
    [info(near).replace('T07:00', 'T23:00'), 'alert-too-long'],
  ])('answers clearly what is wrong with it', async (body, code) => {
    const answer = await send(cap(body));
    expect([answer.status, codeIn(answer)]).toEqual([422, code]);
    // What was refused may come again, mended.
    expect((await take(cap(info(near)))).outcome).toBe('alert');
  });

  it('goes out and comes back as it was', async () => {
    const out = async ({ id }: AlertView, message = 'alert') => {
      const { status, body } = await gateway.call('GET', `/api/alerts/${id}/cap?message=${message}`);
      expect(status).toBe(200);
      return readCap(body as Uint8Array);
    };
    const waiting = await give({ status: 'actual', scope: { places: ['site/estate-1'] } });
    expect(await out(waiting)).toMatchObject({ status: 'Draft', msgType: 'Alert', identifier: waiting.id });
    const alert = await publish(waiting);
    expect(await out(alert)).toMatchObject({
      status: 'Actual',
      info: [{ language: 'zh-CN', expires: at('06:30'), area: [{ geocode: [{ value: 'site/estate-1' }] }] }],
    });
    const update = await publish(await give({ status: 'actual', replaces: alert.id }));
    const sent = at('06:00');
    expect(await out(update)).toMatchObject({
      msgType: 'Update',
      references: [{ sender: 'small@xiaolaba', identifier: alert.id, sent }],
    });
    expect((await gateway.call('GET', `/api/alerts/${update.id}/cap?message=cancel`)).status).toBe(422);
    await end(update);
    expect(await out(update, 'cancel')).toMatchObject({ msgType: 'Cancel', references: [{ identifier: update.id }] });
    const exercise = await publish(await give());
    const { body } = await gateway.call('GET', `/api/alerts/${exercise.id}/cap`);
    expect(readCap(body as Uint8Array)).toMatchObject({ status: 'Exercise', note: '【演练】假公安来电' });
  });
});
