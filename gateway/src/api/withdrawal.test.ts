import { rm } from 'node:fs/promises';
import { type Assignment, decodeMessage, type Envelope, releaseSchema } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MqttDevice } from '../testing/mqtt-device.js';
import { type Answer, at, TestGateway } from '../testing/open-gateway.js';
import { smallContent } from '../testing/small-content.js';
import { tickerContent } from '../testing/ticker-content.js';
import { type CampaignView, problemSchema } from './contract.js';
import { restoredSchema, withdrawnSchema } from './order-contract.js';

let gateway: TestGateway;
const written: string[] = [];
beforeEach(async () => {
  gateway = await TestGateway.open({ changes: tickerContent('第一版') });
  await gateway.import();
  await gateway.approve();
});
afterEach(async () => {
  await gateway.close();
  for (const directory of written.splice(0)) await rm(directory, { recursive: true, force: true });
});

const ticker = async (): Promise<CampaignView> => {
  const [view] = await gateway.get<CampaignView[]>('/api/campaigns');
  if (!view) throw new Error('no campaign');
  return view;
};
const onAir = async (): Promise<string> => (await ticker()).releases[0]?.sha256 ?? '';
const codeIn = ({ body }: Answer): string => problemSchema.parse(body).code;
const withdraw = (sha256: string): Promise<Answer> => gateway.admin('POST', `/api/releases/${sha256}/withdraw`);
const restore = (sha256: string): Promise<Answer> => gateway.admin('POST', `/api/releases/${sha256}/restore`);
async function importText(text: string): Promise<void> {
  const directory = await smallContent(tickerContent(text));
  written.push(directory);
  expect((await gateway.import(directory)).status).toBe(200);
}
const payloadOf = (message: unknown): Assignment =>
  JSON.parse(Buffer.from((message as Envelope).payload, 'base64').toString()) as Assignment;

describe('withdrawing', () => {
  it('takes a release out of the assignments at once, and out of what is expected from then on', async () => {
    const sign = await MqttDevice.enrol(gateway, 'sign-1');
    await sign.connect(gateway.gateway.mqttPort);
    const [first] = await sign.awaits('assignment', 1);
    expect(payloadOf(first).releases).toHaveLength(1);
    const sha256 = await onAir();
    gateway.clock.set(at('07:30'));
    const { status, body } = await withdraw(sha256);
    expect([status, withdrawnSchema.parse(body)]).toEqual([200, { campaign: 'ticker', releases: [sha256] }]);
    const told = await sign.awaits('assignment', 2);
    expect(payloadOf(told[1])).toMatchObject({ releases: [] });
    expect(await ticker()).toMatchObject({ state: 'withdrawn', releases: [], candidates: [] });
    gateway.clock.set(at('07:40'));
    await gateway.gateway.settled();
    const ledger = await gateway.get<{ dueAt: number }[]>('/api/ledger/2026-11-20');
    expect(ledger.filter(({ dueAt }) => dueAt >= at('07:35'))).toEqual([]);
    await sign.close();
  });

  it('is done once, outlives a restart, and does not come back by an import', async () => {
    const sha256 = await onAir();
    for (let time = 0; time < 2; time++) expect((await withdraw(sha256)).status).toBe(200);
    await gateway.restart();
    await gateway.import();
    expect(await ticker()).toMatchObject({ state: 'withdrawn', releases: [], candidates: [] });
  });

  it('keeps an approver from putting the same bytes back on air', async () => {
    await importText('第二版');
    const [candidate] = (await ticker()).candidates;
    const envelope = await gateway.envelopeOf(candidate?.sha256 ?? '');
    expect((await gateway.admin('POST', '/api/releases', envelope)).status).toBe(200);
    await withdraw(await onAir());
    const again = await gateway.admin('POST', '/api/releases', envelope);
    expect([again.status, codeIn(again)]).toEqual([422, 'release-withdrawn']);
  });

  it('takes a whole campaign off with what waits of it, and what waited comes back by an import', async () => {
    await importText('第二版');
    const sha256 = await onAir();
    const { body } = await gateway.admin('POST', '/api/campaigns/ticker/withdraw');
    expect(withdrawnSchema.parse(body)).toEqual({ campaign: 'ticker', releases: [sha256] });
    expect(await ticker()).toMatchObject({ state: 'withdrawn', releases: [], candidates: [] });
    await importText('第二版');
    expect(await ticker()).toMatchObject({ state: 'candidate', releases: [] });
  });

  it('names what it does not know', async () => {
    expect(codeIn(await withdraw('0'.repeat(64)))).toBe('release-unknown');
    expect(codeIn(await gateway.admin('POST', '/api/campaigns/nothing/withdraw'))).toBe('campaign-unknown');
  });
});

describe('restoring', () => {
  it('offers the earlier words with the next revision, to be signed anew', async () => {
    const first = await onAir();
    await importText('第二版');
    await gateway.approve();
    const second = await onAir();
    const { status, body } = await restore(first);
    expect(status).toBe(200);
    const restored = restoredSchema.parse(body);
    expect(restored).toMatchObject({ campaign: 'ticker', revision: 3 });
    const { body: bytes } = await gateway.admin('GET', `/api/candidates/${restored.sha256}`);
    const release = decodeMessage(releaseSchema, Buffer.from(JSON.stringify(bytes)));
    expect([release.items[0]?.text, release.revision]).toEqual(['第一版', 3]);
    expect(await onAir()).toBe(second);
    await gateway.approve();
    expect((await ticker()).releases).toMatchObject([{ revision: 3 }]);
    await importText('第四版');
    expect(await ticker()).toMatchObject({ revision: 4 });
  });

  it('displaces a candidate that waits, which the next import makes again with a higher revision', async () => {
    const first = await onAir();
    await withdraw(first);
    await importText('第二版');
    expect((await restore(first)).status).toBe(200);
    expect((await ticker()).candidates).toHaveLength(1);
    await importText('第二版');
    expect(await ticker()).toMatchObject({ revision: 4, state: 'candidate' });
  });

  it('refuses what is on air, what is not known, and what is over', async () => {
    const first = await onAir();
    expect(codeIn(await restore(first))).toBe('release-on-air');
    expect(codeIn(await restore('0'.repeat(64)))).toBe('release-unknown');
    await withdraw(first);
    gateway.clock.set(at('00:00', '2027-01-01'));
    expect(codeIn(await restore(first))).toBe('release-lapsed');
  });
});
