import { encodeMessage, type KeyList, keyClaimBytes, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApproverKeyView, AuditEntry, CampaignView, Problem } from '../api/contract.js';
import type { Answer } from '../testing/open-gateway.js';
import { TestGateway } from '../testing/open-gateway.js';
import { CountingHasher, Person, testPassword } from '../testing/person.js';
import { tickerContent } from '../testing/ticker-content.js';

const root = generateKeyPair();
const [chenKey, wangKey, spare] = [generateKeyPair(), generateKeyPair(), generateKeyPair()];
const listed = ({ publicKey }: KeyPair) => ({
  alg: 'Ed25519' as const,
  kid: publicKey.kid,
  key: toBase64(publicKey.bytes),
});
const listOf = (release: number): KeyList => ({
  ...{ v: 1, version: 1, issuedAt: 1, root: { keys: [listed(root)], threshold: 1 } },
  approvers: [
    { ...listed(chenKey), name: '名单上的陈', may: ['release'] },
    { ...listed(wangKey), name: '名单上的王', may: ['release'] },
    { ...listed(spare), name: '备用', may: ['release'] },
  ],
  thresholds: { release, stop: 1, alert: 1 },
});

let gateway: TestGateway;
let chen: Person;
let wang: Person;
beforeEach(async () => {
  gateway = await TestGateway.open({
    changes: tickerContent(),
    openReading: false,
    deps: { hasher: new CountingHasher() },
  });
  await gateway.import();
  chen = await Person.enter(gateway, 'chen', ['approver']);
  wang = await Person.enter(gateway, 'wang', ['editor', 'approver']);
});
afterEach(() => gateway.close());

const submit = async (list: KeyList) => {
  const envelope = await sealEnvelope('key-list', encodeMessage(list), [root.signer]);
  expect((await gateway.admin('POST', '/api/key-lists', envelope)).status).toBe(200);
};
const idOf = async (person: Person): Promise<string> => {
  const { body } = await person.call('GET', '/api/session');
  return (body as { account: { id: string } }).account.id;
};
const claim = async (person: Person, pair: KeyPair, account?: string): Promise<Answer> => {
  const bytes = keyClaimBytes(account ?? (await idOf(person)), pair.publicKey.kid);
  const signature = toBase64(await pair.signer.sign(bytes));
  return await person.call('POST', `/api/approver-keys/${pair.publicKey.kid}/claim`, { signature });
};
const keys = async (): Promise<ApproverKeyView[]> =>
  (await gateway.admin('GET', '/api/approver-keys')).body as ApproverKeyView[];
const candidate = async () => {
  const [found] = (await gateway.admin('GET', '/api/campaigns')).body as CampaignView[];
  return found?.candidates[0];
};
const sign = async (person: Person, pair: KeyPair): Promise<Answer> =>
  await person.call('POST', '/api/releases', await gateway.envelopeOf((await candidate())?.sha256 ?? '', pair));
const codeIn = ({ body }: Answer): string => (body as Problem).code;
/** Wang writes the campaign anew, and submits it. */
const writtenByWang = async (): Promise<void> => {
  const { body, headers } = await wang.call('GET', '/api/drafts/ticker');
  const { campaign } = body as { campaign: Record<string, unknown> };
  const match = { 'if-match': headers.get('etag') ?? '' };
  const put = await wang.call('PUT', '/api/drafts/ticker', { ...campaign, title: { zh: '新', en: 'New' } }, match);
  expect([put.status, JSON.stringify(put.body)]).toEqual([200, expect.any(String)]);
  const etag = { 'if-match': put.headers.get('etag') ?? '' };
  expect((await wang.call('POST', '/api/drafts/ticker/submit', undefined, etag)).status).toBe(200);
};

describe('an approver links a key to their account', () => {
  it('by signing for it, once a key list names the key', async () => {
    expect(codeIn(await claim(chen, chenKey))).toBe('approver-key-unknown');
    await submit(listOf(1));
    expect(codeIn(await claim(chen, chenKey, await idOf(wang)))).toBe('signature-bad');
    expect((await claim(chen, chenKey)).status).toBe(204);
    expect((await claim(chen, chenKey)).status).toBe(204);
    expect((await claim(chen, spare)).status).toBe(204);
    expect(codeIn(await claim(wang, chenKey))).toBe('approver-key-taken');
    const { kid } = chenKey.publicKey;
    expect((await keys()).find((key) => key.kid === kid)).toMatchObject({ listedAs: '名单上的陈', name: 'chen' });
    // An envelope's signature is no claim, nor the other way round.
    const envelope = await sealEnvelope('stop', encodeMessage({ account: await idOf(wang), kid: 'a' }), [
      wangKey.signer,
    ]);
    const [{ sig = '' } = {}] = (JSON.parse(Buffer.from(envelope).toString()) as { signatures: { sig: string }[] })
      .signatures;
    const path = `/api/approver-keys/${wangKey.publicKey.kid}/claim`;
    expect(codeIn(await wang.call('POST', path, { signature: sig }))).toBe('signature-bad');
  });

  it('or an administrator does, having shown that it is them; both are written down', async () => {
    await submit(listOf(1));
    await claim(chen, chenKey);
    const { kid } = chenKey.publicKey;
    const admin = await Person.enter(gateway, 'admin', ['administrator']);
    const account = await idOf(wang);
    gateway.clock.set(gateway.clock.now() + 11 * 60_000);
    expect(codeIn(await admin.call('PUT', `/api/approver-keys/${kid}`, { account }))).toBe('confirmation-needed');
    await admin.call('POST', '/api/session/confirm', { password: testPassword });
    expect(codeIn(await admin.call('PUT', `/api/approver-keys/${kid}`, { account: 'nobody' }))).toBe('account-unknown');
    expect((await admin.call('PUT', `/api/approver-keys/${kid}`, { account })).status).toBe(204);
    expect((await keys()).find((key) => key.kid === kid)?.name).toBe('wang');
    const { body } = await gateway.admin('GET', '/api/audit?action=key-linked');
    const done = (body as AuditEntry[]).filter(({ outcome }) => outcome === 'done');
    expect(done.map(({ object, details }) => [object, details])).toEqual([
      [`key/${kid}`, { account, former: await idOf(chen) }],
      [`key/${kid}`, { account: await idOf(chen) }],
    ]);
  });
});

describe('nobody approves their own work', () => {
  beforeEach(async () => {
    await submit(listOf(1));
    await claim(wang, wangKey);
    await writtenByWang();
  });

  it('whoever hands their signature in', async () => {
    expect(codeIn(await sign(chen, wangKey))).toBe('own-draft');
    const { status } = await gateway.admin(
      'POST',
      '/api/releases',
      await gateway.envelopeOf((await candidate())?.sha256 ?? '', wangKey),
    );
    expect(status).toBe(422);
    expect(codeIn(await sign(wang, chenKey))).toBe('own-draft');
    expect((await sign(chen, chenKey)).status).toBe(200);
  });
});

describe('where two approvers are needed', () => {
  beforeEach(() => submit(listOf(2)));

  it('two keys of one account are one approver', async () => {
    await claim(chen, chenKey);
    expect((await sign(chen, chenKey)).status).toBe(202);
    await claim(chen, spare);
    gateway.clock.set(gateway.clock.now() + 1000);
    const again = await sign(chen, spare);
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({ missing: 1, signedBy: [{ name: 'chen', kid: chenKey.publicKey.kid }] });
    expect((await sign(chen, wangKey)).status).toBe(200);
    const [campaign] = (await gateway.admin('GET', '/api/campaigns')).body as CampaignView[];
    expect(new Set(campaign?.releases[0]?.approvers)).toEqual(new Set(['chen', '名单上的王']));
    const { body } = await gateway.admin('GET', '/api/audit?action=release-approved');
    const { approvers } = (body as AuditEntry[])[0]?.details ?? {};
    expect(new Set(approvers as string[])).toEqual(new Set(['chen', '名单上的王']));
  });

  it("a signature kept before its key was known to be the author's counts no more", async () => {
    await writtenByWang();
    expect((await sign(chen, wangKey)).status).toBe(202);
    await claim(wang, wangKey);
    expect((await sign(chen, chenKey)).status).toBe(202);
    expect((await candidate())?.approval).toMatchObject({ missing: 1, signedBy: [{ name: '名单上的陈' }] });
    expect((await sign(chen, spare)).status).toBe(200);
  });
});

it('tells officers who did what by name', async () => {
  const officer = await Person.enter(gateway, 'zhao', ['officer']);
  const { status, body } = await officer.call('GET', '/api/people');
  expect(status).toBe(200);
  expect(body).toEqual(expect.arrayContaining([{ id: await idOf(chen), name: 'chen' }]));
  expect((await chen.call('GET', '/api/people')).status).toBe(403);
});
