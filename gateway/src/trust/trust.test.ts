import { encodeMessage, type KeyList, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CampaignView, DeviceView } from '../api/contract.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { at, TestGateway } from '../testing/open-gateway.js';

const root = generateKeyPair();
const [chen, lin] = [generateKeyPair(), generateKeyPair()];
const listed = ({ publicKey }: KeyPair) => ({
  alg: 'Ed25519' as const,
  kid: publicKey.kid,
  key: toBase64(publicKey.bytes),
});
const listOf = (version: number, over: Partial<KeyList> = {}): KeyList => ({
  v: 1,
  version,
  issuedAt: 1,
  root: { keys: [listed(root)], threshold: 1 },
  approvers: [
    { ...listed(chen), name: '陈', may: ['release', 'stop', 'alert'] },
    { ...listed(lin), name: '林', may: ['release'] },
  ],
  thresholds: { release: 1, wideRelease: { places: 2, approvers: 2 }, stop: 1, alert: 2 },
  ...over,
});
const sealed = (list: KeyList, by = root): Promise<Uint8Array> =>
  sealEnvelope('key-list', encodeMessage(list), [by.signer]);

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await TestGateway.open();
});
afterEach(() => gateway.close());

const submit = async (list: KeyList, by = root) => {
  const { status, body } = await gateway.admin('POST', '/api/key-lists', await sealed(list, by));
  const { code, lapsed } = body as { code?: string; lapsed?: unknown[] };
  return status === 200 ? { lapsed } : { status, code };
};
const wide = async (): Promise<CampaignView> => {
  const campaigns = await gateway.get<CampaignView[]>('/api/campaigns');
  const found = campaigns.find(({ candidates }) => candidates.some(({ places }) => places >= 2));
  if (!found) throw new Error('no candidate for two places');
  return found;
};
const sign = async (candidate: string, by: KeyPair) =>
  await gateway.admin('POST', '/api/releases', await gateway.envelopeOf(candidate, by));

describe('the chain of key lists', () => {
  it('is checked as devices check it, and stays over a restart', async () => {
    expect(await submit(listOf(2))).toEqual({ status: 422, code: 'key-list-gap' });
    expect(await submit(listOf(1), chen)).toEqual({ status: 422, code: 'signature-unknown-key' });
    expect(await submit(listOf(1))).toEqual({ lapsed: [] });
    expect(await submit(listOf(1))).toEqual({ lapsed: [] });
    expect(await submit(listOf(1, { issuedAt: 2 }))).toEqual({ status: 422, code: 'key-list-differs' });
    expect(await submit(listOf(3))).toEqual({ status: 422, code: 'key-list-gap' });
    expect(await submit(listOf(2), lin)).toEqual({ status: 422, code: 'signature-unknown-key' });
    expect(await submit(listOf(2))).toEqual({ lapsed: [] });
    await gateway.restart();
    expect(await submit(listOf(1))).toEqual({ status: 422, code: 'key-list-rolled-back' });
    const { body } = await gateway.admin('GET', '/api/key-lists');
    expect((body as { list: KeyList }[]).map(({ list }) => list.version)).toEqual([1, 2]);
  });

  it('is for the administrator', async () => {
    const list = await sealed(listOf(1));
    expect((await gateway.call('POST', '/api/key-lists', list)).status).toBe(401);
    expect((await gateway.call('GET', '/api/key-lists')).status).toBe(401);
  });

  it('reaches a device from where it stands, and at once', async () => {
    await gateway.import();
    for (const version of [1, 2, 3]) await submit(listOf(version));
    const device = await MqttDevice.enrol(gateway, 'speaker-1');
    const old = await MqttDevice.enrol(gateway, 'speaker-2');
    for (const one of [device, old]) await one.connect(gateway.gateway.mqttPort);
    await device.hello('loudspeaker', at('06:00'), { keyList: 1 });
    await old.hello('loudspeaker', at('06:00'));
    await device.awaits('key-list', 2);
    await submit(listOf(4));
    await device.awaits('key-list', 3);
    const payloads = device.received('key-list') as { payload: string }[];
    const versions = payloads.map(
      ({ payload }) => (JSON.parse(Buffer.from(payload, 'base64').toString()) as KeyList).version,
    );
    expect(versions).toEqual([2, 3, 4]);
    await device.hello('loudspeaker', at('06:01'), { keyList: 4 });
    await gateway.gateway.settled();
    const { body } = await gateway.admin('GET', '/api/devices');
    const view = (body as DeviceView[]).find(({ id }) => id === 'speaker-1');
    expect(view?.keyList).toBe(4);
    expect(old.received('key-list')).toEqual([]);
    for (const one of [device, old]) await one.close();
  });
});

describe('approving', () => {
  it('waits for two approvers where many places hear it, and says who has signed', async () => {
    await gateway.import();
    await submit(listOf(1));
    const { id, candidates } = await wide();
    const sha256 = candidates[0]?.sha256 ?? '';
    const first = await sign(sha256, chen);
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ kind: 'release', needed: 2, missing: 1, signedBy: [{ name: '陈' }] });
    // Signing again is not a second approver.
    expect((await sign(sha256, chen)).status).toBe(202);
    await gateway.restart();
    const view = (await gateway.get<CampaignView[]>('/api/campaigns')).find((campaign) => campaign.id === id);
    expect(view?.candidates[0]?.approval).toMatchObject({ missing: 1, signedBy: [{ kid: chen.publicKey.kid }] });
    expect(view?.releases).toEqual([]);
    const second = await sign(sha256, lin);
    expect(second.status).toBe(200);
    const both = [chen.publicKey.kid, lin.publicKey.kid];
    expect((second.body as { approvedBy: string[] }).approvedBy).toEqual(both);
  });

  it('takes no signature of one who is not in the list, nor an earlier one of theirs', async () => {
    await gateway.import();
    await submit(listOf(1));
    const { candidates } = await wide();
    const sha256 = candidates[0]?.sha256 ?? '';
    const refused = await sign(sha256, gateway.approver);
    expect([refused.status, (refused.body as { code: string }).code]).toEqual([422, 'signature-unknown-key']);
    expect((await sign(sha256, chen)).status).toBe(202);
    const wang = generateKeyPair();
    const approvers = [lin, wang].map((keys) => ({
      ...listed(keys),
      name: keys.publicKey.kid,
      may: ['release' as const],
    }));
    await submit(listOf(2, { approvers }));
    expect((await sign(sha256, lin)).status).toBe(202);
    expect((await sign(sha256, wang)).status).toBe(200);
  });

  it('takes off the air what nobody of the new list has signed, until somebody does', async () => {
    await gateway.import();
    await gateway.approve();
    const before = await gateway.get<CampaignView[]>('/api/campaigns');
    const releases = before.flatMap((campaign) => campaign.releases);
    expect(releases.length).toBeGreaterThan(0);
    const { lapsed } = await submit(listOf(1, { thresholds: { release: 1, stop: 1, alert: 1 } }));
    expect(lapsed).toHaveLength(releases.length);
    const after = await gateway.get<CampaignView[]>('/api/campaigns');
    expect(after.flatMap((campaign) => campaign.releases)).toEqual([]);
    const candidate = after.flatMap((campaign) => campaign.candidates)[0]?.sha256 ?? '';
    expect((await sign(candidate, lin)).status).toBe(200);
  });
});
