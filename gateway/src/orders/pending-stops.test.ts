import { encodeMessage, type KeyList, type StopOrder, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../api/contract.js';
import { type PendingStopView, pendingStopSchema, stopKeptSchema, stopOrderViewSchema } from '../api/order-contract.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { type Answer, TestGateway } from '../testing/open-gateway.js';
import { tickerContent } from '../testing/ticker-content.js';

const root = generateKeyPair();
const [chen, lin] = [generateKeyPair(), generateKeyPair()];
const listed = ({ publicKey }: KeyPair) => ({
  alg: 'Ed25519' as const,
  kid: publicKey.kid,
  key: toBase64(publicKey.bytes),
});
const listOf = (version: number, approvers: KeyList['approvers']): KeyList => ({
  ...{ v: 1, version, issuedAt: 1, root: { keys: [listed(root)], threshold: 1 }, approvers },
  thresholds: { release: 1, stop: 2, alert: 2 },
});
const both: KeyList['approvers'] = [
  { ...listed(chen), name: '陈', may: ['stop'] },
  { ...listed(lin), name: '林', may: ['release', 'stop'] },
];

let gateway: TestGateway;
let sign: MqttDevice;
const submit = async (list: KeyList) =>
  await gateway.admin('POST', '/api/key-lists', await sealEnvelope('key-list', encodeMessage(list), [root.signer]));
beforeEach(async () => {
  gateway = await TestGateway.open({ changes: tickerContent() });
  await gateway.import();
  expect((await submit(listOf(1, both))).status).toBe(200);
  sign = await (await MqttDevice.enrol(gateway, 'sign-1')).connect(gateway.gateway.mqttPort);
});
afterEach(async () => {
  await sign.close();
  await gateway.close();
});

const candidate = async (state: StopOrder['state'] = 'stop', scope: unknown = 'everywhere'): Promise<Buffer> => {
  const { status, body } = await gateway.admin('POST', '/api/stop-orders/candidates', { scope, state, reason: '演习' });
  expect(status).toBe(200);
  return Buffer.from(JSON.stringify(body));
};
const hand = async (payload: Uint8Array, ...by: KeyPair[]): Promise<Answer> =>
  await gateway.admin(
    'POST',
    '/api/stop-orders',
    await sealEnvelope(
      'stop',
      payload,
      by.map(({ signer }) => signer),
    ),
  );
const pending = async (): Promise<PendingStopView[]> =>
  pendingStopSchema.array().parse((await gateway.admin('GET', '/api/stop-orders/pending')).body);
const bytesOf = async (sha256: string): Promise<Buffer> =>
  Buffer.from(JSON.stringify((await gateway.admin('GET', `/api/stop-orders/pending/${sha256}`)).body));
const codeIn = ({ body }: Answer): string => (body as Problem).code;

describe('a stop order that takes two', () => {
  it('waits for the second, who signs the very same bytes, also over a restart', async () => {
    const first = await hand(await candidate(), chen);
    expect(first.status).toBe(202);
    const { sha256, signed, needed } = stopKeptSchema.parse(first.body);
    expect([signed, needed]).toEqual([1, 2]);
    // Nobody is two people.
    expect((await hand(await bytesOf(sha256), chen)).status).toBe(202);
    await gateway.gateway.settled();
    expect(sign.received('stop')).toEqual([]);
    await gateway.restart();
    await sign.close();
    await sign.connect(gateway.gateway.mqttPort);
    const [waiting] = await pending();
    expect(waiting).toMatchObject({
      ...{ sha256, state: 'stop', reason: '演习', everywhere: true },
      approval: { needed: 2, missing: 1, signedBy: [{ kid: chen.publicKey.kid, name: '陈' }] },
    });
    const second = await hand(await bytesOf(sha256), lin);
    expect([second.status, second.body]).toEqual([200, { version: waiting?.version, state: 'stop', devices: 1 }]);
    await sign.awaits('stop', 1);
    expect(await pending()).toEqual([]);
    const [order] = stopOrderViewSchema.array().parse(await gateway.get('/api/stop-orders'));
    expect(order?.signers.sort()).toEqual(['林', '陈'].sort());
    // Lifting it takes two as well.
    expect((await hand(await candidate('lifted'), lin)).status).toBe(202);
    expect((await pending())[0]?.state).toBe('lifted');
  });

  it('is given at once where one envelope holds both', async () => {
    expect((await hand(await candidate(), chen, lin)).status).toBe(200);
    expect(await pending()).toEqual([]);
  });

  it('is void after half an hour, and when a later one was given', async () => {
    const early = stopKeptSchema.parse((await hand(await candidate(), chen)).body);
    const bytes = await bytesOf(early.sha256);
    expect((await hand(await candidate('stop', { places: ['site/estate-2'] }), chen, lin)).status).toBe(200);
    expect(await pending()).toEqual([]);
    expect(codeIn(await hand(bytes, lin))).toBe('stop-order-superseded');
    const slow = stopKeptSchema.parse((await hand(await candidate(), chen)).body);
    const late = await bytesOf(slow.sha256);
    gateway.clock.set(gateway.clock.now() + 30 * 60_000);
    expect(await pending()).toEqual([]);
    expect(codeIn(await hand(late, lin))).toBe('stop-order-expired');
    expect((await gateway.admin('GET', `/api/stop-orders/pending/${slow.sha256}`)).status).toBe(404);
    await gateway.gateway.settled();
    expect(sign.received('stop')).toEqual([]);
  });

  it('is thrown away with its signature', async () => {
    const { sha256 } = stopKeptSchema.parse((await hand(await candidate(), chen)).body);
    const bytes = await bytesOf(sha256);
    expect((await gateway.admin('DELETE', `/api/stop-orders/pending/${sha256}`)).status).toBe(204);
    expect((await gateway.admin('DELETE', `/api/stop-orders/pending/${sha256}`)).status).toBe(404);
    expect(await pending()).toEqual([]);
    expect((await hand(bytes, lin)).status).toBe(202);
  });

  it('takes no signature of a stranger, of one who may not, or of one who may no longer', async () => {
    expect(codeIn(await hand(await candidate(), gateway.approver))).toBe('signature-unknown-key');
    const { sha256 } = stopKeptSchema.parse((await hand(await candidate(), chen)).body);
    const wang = generateKeyPair();
    const approvers: KeyList['approvers'] = [
      { ...listed(lin), name: '林', may: ['release', 'stop'] },
      { ...listed(wang), name: '王', may: ['release'] },
    ];
    await submit(listOf(2, approvers));
    const bytes = await bytesOf(sha256);
    expect(codeIn(await hand(bytes, wang))).toBe('approver-not-entitled');
    expect((await hand(bytes, lin)).status).toBe(202);
    expect((await pending())[0]?.approval).toMatchObject({ missing: 1, signedBy: [{ name: '林' }] });
  });
});
