import { type Envelope, fromBase64, type StopOrder, sealEnvelope, stopOrderSchema } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problemSchema } from '../api/contract.js';
import { type StopOrderView, stopGivenSchema, stopOrderViewSchema } from '../api/order-contract.js';
import { until } from '../broker/testing/harness.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { type Answer, TestGateway } from '../testing/open-gateway.js';
import { tickerContent } from '../testing/ticker-content.js';

let gateway: TestGateway;
const devices: MqttDevice[] = [];
beforeEach(async () => {
  gateway = await TestGateway.open({ changes: tickerContent() });
  await gateway.import();
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  await gateway.close();
});

async function enrolled(id: string): Promise<MqttDevice> {
  const device = await MqttDevice.enrol(gateway, id);
  devices.push(device);
  return device;
}
const connected = async (id: string): Promise<MqttDevice> => (await enrolled(id)).connect(gateway.gateway.mqttPort);
const candidate = (scope: unknown, state?: 'stop' | 'lifted'): Promise<Answer> =>
  gateway.admin('POST', '/api/stop-orders/candidates', { scope, reason: '演习', ...(state ? { state } : {}) });
async function signed(scope: unknown, state?: 'stop' | 'lifted', pair = gateway.approver): Promise<Uint8Array> {
  const { status, body } = await candidate(scope, state);
  expect(status).toBe(200);
  return await sealEnvelope('stop', Buffer.from(JSON.stringify(body)), [pair.signer]);
}
const send = (envelope: Uint8Array): Promise<Answer> => gateway.admin('POST', '/api/stop-orders', envelope);
async function give(scope: unknown, state?: 'stop' | 'lifted') {
  const { status, body } = await send(await signed(scope, state));
  expect(status).toBe(200);
  return stopGivenSchema.parse(body);
}
const orderIn = (message: unknown): StopOrder => {
  const payload = fromBase64((message as Envelope).payload) ?? new Uint8Array();
  return stopOrderSchema.parse(JSON.parse(Buffer.from(payload).toString()));
};
const orders = async (): Promise<StopOrderView[]> =>
  stopOrderViewSchema.array().parse(await gateway.get('/api/stop-orders'));
const codeIn = ({ body }: Answer): string => problemSchema.parse(body).code;
const obey = async (device: MqttDevice, event: 'stopped' | 'stop-lifted', seq: number): Promise<void> => {
  device.write({ seq, at: gateway.clock.now(), kind: 'event', event });
  await device.sendRecords(seq, seq);
  await gateway.gateway.settled();
};

describe('a stop order', () => {
  it('tells where it holds', async () => {
    const { version } = await give({ places: ['site/estate-1'] });
    expect(await gateway.get(`/api/stop-orders/${version}`)).toEqual({ version, scope: ['site/estate-1'] });
    const lifted = await give('everywhere', 'lifted');
    expect(await gateway.get(`/api/stop-orders/${lifted.version}`)).toMatchObject({ scope: 'everywhere' });
    const unknown = await gateway.call('GET', `/api/stop-orders/${version - 1}`);
    expect([unknown.status, codeIn(unknown)]).toEqual([404, 'stop-order-unknown']);
  });

  it('reaches every device in scope at once, and no other', async () => {
    const one = await connected('sign-1');
    const two = await connected('sign-2');
    const given = await give({ places: ['site/estate-1'] });
    expect(given).toMatchObject({ state: 'stop', devices: 1 });
    const [told] = await one.awaits('stop', 1);
    expect(orderIn(told)).toMatchObject({ state: 'stop', scope: ['site/estate-1'], reason: '演习' });
    const everywhere = await give('everywhere');
    expect(everywhere.devices).toBe(2);
    expect(everywhere.version).toBeGreaterThan(given.version);
    expect(orderIn((await two.awaits('stop', 1))[0]).scope).toBe('everywhere');
    expect(await one.awaits('stop', 2)).toHaveLength(2);
  });

  it('waits for devices that are away, over a restart of the gateway, too', async () => {
    const away = await enrolled('sign-1');
    await give({ townships: ['town'] });
    await gateway.restart();
    await away.connect(gateway.gateway.mqttPort);
    expect(orderIn((await away.awaits('stop', 1))[0]).state).toBe('stop');
  });

  it('is told to who is enrolled later, and to who was shut out and is enrolled again', async () => {
    const { version } = await give({ kinds: ['estate'] });
    const later = await connected('sign-2');
    expect(orderIn((await later.awaits('stop', 1))[0]).version).toBe(version);
    await later.close();
    await gateway.admin('POST', '/api/devices/sign-2/revoke');
    const again = await connected('sign-2');
    expect(orderIn((await again.awaits('stop', 1))[0]).version).toBe(version);
  });

  it('gives way to the latest order that names the place', async () => {
    const one = await connected('sign-1');
    const two = await connected('sign-2');
    await give('everywhere');
    await give({ places: ['site/estate-1'] }, 'lifted');
    expect((await one.awaits('stop', 2)).map((told) => orderIn(told).state)).toEqual(['stop', 'lifted']);
    await gateway.restart();
    for (const device of [one, two]) {
      await device.close();
      await device.connect(gateway.gateway.mqttPort);
    }
    expect(orderIn((await one.awaits('stop', 3))[2]).state).toBe('lifted');
    expect(orderIn((await two.awaits('stop', 2))[1]).state).toBe('stop');
  });

  it('is shown with who has obeyed and who has not', async () => {
    const one = await connected('sign-1');
    await connected('sign-2');
    await give('everywhere');
    gateway.clock.set(gateway.clock.now() + 1000);
    expect((await orders())[0]?.devices).toEqual({ inScope: 2, obeyed: 0, silent: 0, playing: 0, waiting: 2 });
    await obey(one, 'stopped', 1);
    const beat = { v: 1, boot: devices[1]?.journal.boot, at: gateway.clock.now(), up: 5, clock: 'trusted' };
    await devices[1]?.send('beat', { ...beat, playing: [], unreported: 0, faults: [] }, 0);
    await until(() => gateway.gateway.counters().handled >= 2);
    const [shown] = await orders();
    expect(shown?.devices).toEqual({ inScope: 2, obeyed: 1, silent: 1, playing: 0, waiting: 0 });
    expect(shown?.open).toEqual([{ device: 'sign-2', place: 'site/estate-2', status: 'silent' }]);
    await give('everywhere', 'lifted');
    expect((await orders()).map(({ devices: { inScope, obeyed } }) => [inScope, obeyed])).toEqual([
      [2, 1],
      [0, 0],
    ]);
    await obey(one, 'stop-lifted', 2);
    await gateway.restart();
    expect((await orders())[0]?.devices).toMatchObject({ inScope: 2, obeyed: 2 });
  });
});

describe('a stop order is refused', () => {
  it('unless an approver signed it', async () => {
    const foreign = await send(await signed('everywhere', 'stop', generateKeyPair()));
    expect([foreign.status, codeIn(foreign)]).toEqual([422, 'signature-unknown-key']);
    const { body } = await candidate('everywhere');
    const envelope = JSON.parse(Buffer.from(await signed('everywhere')).toString()) as Envelope;
    const other = {
      ...envelope,
      payload: Buffer.from(JSON.stringify({ ...(body as object), state: 'lifted' })).toString('base64'),
    };
    expect(codeIn(await send(Buffer.from(JSON.stringify(other))))).toBe('signature-bad');
    expect(codeIn(await send(Buffer.from('{')))).toBe('message-not-json');
    expect(await orders()).toEqual([]);
  });

  it('when a later one was given meanwhile, or the same again', async () => {
    const early = await signed('everywhere');
    const late = await signed({ places: ['site/estate-1'] });
    expect((await send(early)).status).toBe(200);
    for (const envelope of [early, late]) expect(codeIn(await send(envelope))).toBe('stop-order-superseded');
  });

  it('where its scope means nothing, saying what', async () => {
    const tries: [unknown, string][] = [
      [{ places: ['site/nowhere'] }, 'place-unknown'],
      [{ townships: ['nowhere'] }, 'township-unknown'],
      [{ policeStations: ['nowhere'] }, 'police-station-unknown'],
      [{ kinds: ['square'] }, 'scope-empty'],
      [{}, 'request-malformed'],
      ['here', 'request-malformed'],
    ];
    for (const [scope, code] of tries) expect([scope, codeIn(await candidate(scope))]).toEqual([scope, code]);
  });
});
