import { type Assignment, encodeMessage, type KeyList, type Release, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, every, morning, releaseOf, spoken } from '../testing/test-content.js';
import { TestDevice } from '../testing/test-device.js';
import { TestGateway } from '../testing/test-gateway.js';
import { TestWorld } from '../testing/test-world.js';

/*
 * Somebody has all of the gateway: its keys, its store with every list and release there ever was, and the
 * administrator's token, so that every device hears only what they send. They have one approver's key as well, which
 * has been revoked, and one that may not approve alone. Whatever they send, nothing foreign is heard.
 */

const root = generateKeyPair();
const [chen, lin, wang, foreign] = Array.from({ length: 4 }, generateKeyPair) as [KeyPair, KeyPair, KeyPair, KeyPair];

const listed = ({ publicKey }: KeyPair) => ({
  alg: 'Ed25519' as const,
  kid: publicKey.kid,
  key: toBase64(publicKey.bytes),
});
const approver = (
  keys: KeyPair,
  name: string,
  may: KeyList['approvers'][number]['may'] = ['release', 'stop', 'alert'],
) => ({
  ...listed(keys),
  name,
  may,
});
const listOf = (version: number, over: Partial<KeyList> = {}): KeyList => ({
  v: 1,
  version,
  issuedAt: morning,
  root: { keys: [listed(root)], threshold: 1 },
  approvers: [approver(chen, '陈'), approver(lin, '林')],
  thresholds: { release: 1, wideRelease: { places: 3, approvers: 2 }, stop: 1, alert: 2 },
  ...over,
});
const sealed = (type: 'release' | 'stop' | 'key-list', content: unknown, ...by: KeyPair[]): Promise<Uint8Array> =>
  sealEnvelope(
    type,
    encodeMessage(content),
    by.map(({ signer }) => signer),
  );

let world: TestWorld;
let gateway: TestGateway;
let device: TestDevice;
let first: Uint8Array;
let good: Release;
let evil: Release;
let approved: string;
let version = 1;

const sendList = (bytes: Uint8Array): Promise<void> => gateway.send('ls-0001', 'key-list', bytes);
const assign = (releases: Assignment['releases'], over: Partial<Assignment> = {}): Promise<void> =>
  gateway.assign(gateway.assignment(device.identity, world.now(), { version: ++version, releases, ...over }));
const held = (bytes: Uint8Array): Assignment['releases'][number] => ({ ...gateway.addBlob(bytes), urgent: false });
const order = (content: object, ...by: KeyPair[]): Promise<void> =>
  sealed('stop', { v: 1, issuedAt: morning, scope: 'everywhere', reason: '', ...content }, ...by).then((bytes) =>
    gateway.send('ls-0001', 'stop', bytes, true),
  );
const heardOf = (release: Release): number => {
  const [sound] = release.items[0]?.audio[0]?.renditions ?? [];
  return device.heard.filter(({ sha256 }) => sha256 === sound?.sha256).length;
};

beforeEach(async () => {
  world = new TestWorld(morning);
  gateway = await TestGateway.start();
  const identity = gateway.identity({ approvers: [], root: { keys: [root.publicKey], threshold: 1 } });
  device = new TestDevice(world, gateway, identity);
  version = 1;
  good = releaseOf([spoken(gateway, 'good', 5)], [every('good-cue', 'good', 60)], { campaign: 'good' });
  evil = releaseOf([spoken(gateway, 'evil', 5)], [every('evil-cue', 'evil', 60)], { campaign: 'evil' });
  await device.start();
  first = await sealed(
    'key-list',
    listOf(1, { approvers: [approver(chen, '陈'), approver(lin, '林'), approver(wang, '王')] }),
    root,
  );
  await sendList(first);
  await sendList(await sealed('key-list', listOf(2), root));
  const release = held(await sealed('release', good, chen));
  approved = release.sha256;
  await assign([release]);
  await world.settle();
});
afterEach(async () => {
  device.agent?.cut();
  await gateway.stop();
});

const wide = (release: Release): Release => ({
  ...release,
  audience: { ...release.audience, places: ['site/estate-01', 'site/estate-02', 'site/estate-03'] },
});
const withEvil = async (...by: KeyPair[]): Promise<void> => assign([held(await sealed('release', evil, ...by))]);

/** What the attacker sends; then they have it assigned. */
const attacks: readonly (readonly [string, () => Promise<void>])[] = [
  ['a release that nobody signed but the gateway', () => withEvil(gateway.keys)],
  ['a release by a key of their own', () => withEvil(foreign)],
  ['a release by a revoked approver', () => withEvil(wang)],
  ['a release by the root key, were it theirs alone', () => withEvil(root)],
  ['a release by a revoked approver and themselves', () => withEvil(wang, foreign, gateway.keys)],
  ['the list before, in which the approver is not revoked', () => sendList(first).then(() => withEvil(wang))],
  [
    'a list of their own, signed by the gateway',
    async () => {
      await sendList(await sealed('key-list', listOf(3, { approvers: [approver(foreign, '王')] }), gateway.keys));
      await withEvil(foreign);
    },
  ],
  [
    'a list with a root key of their own, signed by that',
    async () => {
      const taken = { root: { keys: [listed(foreign)], threshold: 1 }, approvers: [approver(gateway.keys, '王')] };
      await sendList(await sealed('key-list', listOf(3, taken), foreign));
      await sendList(await sealed('key-list', listOf(1, taken), foreign));
      await withEvil(gateway.keys);
    },
  ],
  [
    'a list that an approver signed',
    async () => {
      await sendList(await sealed('key-list', listOf(3, { approvers: [approver(wang, '王')] }), chen));
      await withEvil(wang);
    },
  ],
  [
    'another list of the version held',
    async () => {
      await sendList(await sealed('key-list', listOf(2, { approvers: [approver(wang, '王')] }), root));
      await withEvil(wang);
    },
  ],
  [
    'a list from the future, without those between',
    async () => {
      await sendList(await sealed('key-list', listOf(9, { approvers: [approver(wang, '王')] }), root));
      await withEvil(wang);
    },
  ],
  [
    'an old list with a later version written in',
    async () => {
      const envelope = JSON.parse(Buffer.from(first).toString()) as { payload: string };
      const payload = Buffer.from(envelope.payload, 'base64').toString().replace('"version":1', '"version":3');
      await sendList(encodeMessage({ ...envelope, payload: Buffer.from(payload).toString('base64') }));
      await withEvil(wang);
    },
  ],
  [
    'a release of a good key list as a list',
    async () => {
      await sendList(await sealed('release', listOf(3, { approvers: [approver(wang, '王')] }), root));
      await withEvil(wang);
    },
  ],
  [
    'a wide release with one good approver, twice',
    async () => assign([held(await sealed('release', wide(evil), chen, chen))]),
  ],
  [
    'a wide release with one good approver and a revoked one',
    async () => assign([held(await sealed('release', wide(evil), chen, wang))]),
  ],
  [
    'an alert with one good approver',
    async () => {
      const alert = { ...evil, cues: evil.cues.map((cue) => ({ ...cue, priority: 95 })) };
      await assign([held(await sealed('release', alert, chen))]);
    },
  ],
  [
    'a good release for another place',
    async () => {
      const elsewhere = { ...evil, audience: { ...evil.audience, places: ['site/estate-09'] } };
      await assign([held(await sealed('release', elsewhere, chen))]);
    },
  ],
  [
    'other words under the signature of a good release',
    async () => {
      const envelope = JSON.parse(Buffer.from(await sealed('release', good, chen)).toString()) as object;
      const payload = Buffer.from(encodeMessage(evil)).toString('base64');
      await assign([held(encodeMessage({ ...envelope, payload }))]);
    },
  ],
  [
    'other sound under the name of a good one',
    async () => {
      const [foreignSound] = evil.items[0]?.audio[0]?.renditions ?? [];
      const swapped = releaseOf([spoken(gateway, 'good-two', 5)], [every('cue-two', 'good-two', 60)], {
        campaign: 'two',
      });
      const [named] = swapped.items[0]?.audio[0]?.renditions ?? [];
      gateway.blobs.set(named?.sha256 ?? '', gateway.blobs.get(foreignSound?.sha256 ?? '') ?? new Uint8Array());
      await assign([held(await sealed('release', swapped, chen))]);
    },
  ],
];

describe('a device whose gateway is hijacked', () => {
  it('plays what is approved, when nothing is wrong', async () => {
    await world.advanceTo(at('07:03:10'));
    expect(heardOf(good)).toBe(4);
    expect(gateway.hellos.at(-1)?.keyList).toBe(2);
    const events = gateway.all.flatMap((record) =>
      record.kind === 'event' ? [`${record.event} ${record.detail}`] : [],
    );
    expect(events).toEqual(['key-list 1', 'key-list 2']);
  });

  it('would play what the attacker has at hand, were it approved', async () => {
    await withEvil(chen);
    await world.advanceTo(at('07:03:10'));
    expect(heardOf(evil)).toBeGreaterThan(0);
  });

  it.each(attacks)('plays nothing foreign: %s', async (_name, attack) => {
    await attack();
    await world.advanceTo(at('07:03:10'));
    expect(heardOf(evil)).toBe(0);
    expect(world.errors).toEqual([]);
    // As after a night without power.
    device.agent?.cut();
    await device.start();
    await world.advanceTo(at('07:06:10'));
    expect(heardOf(evil)).toBe(0);
    expect(gateway.hellos.at(-1)?.keyList).toBe(2);
  });

  it.each([
    ['by a revoked approver', () => order({ version: 2, state: 'lifted' }, wang)],
    ['by the gateway', () => order({ version: 2, state: 'lifted' }, gateway.keys)],
    ['by the root key', () => order({ version: 2, state: 'lifted' }, root)],
    ['of an older order', () => order({ version: 1, state: 'lifted' }, chen)],
    ['by taking the retained order away', () => gateway.send('ls-0001', 'stop', new Uint8Array(), true)],
    [
      'after another list that revokes who stopped it',
      async () => {
        await sendList(await sealed('key-list', listOf(3, { approvers: [approver(lin, '林')] }), root));
        await order({ version: 2, state: 'lifted' }, chen);
      },
    ],
  ] as const)('keeps silent where a stop is lifted %s', async (_name, lift) => {
    await order({ version: 1, state: 'stop' }, chen);
    await lift();
    await world.settle();
    device.agent?.cut();
    await device.start();
    await world.advanceTo(at('07:03:10'));
    expect(device.heard).toEqual([]);
  });

  it('keeps the list through a spoilt copy, and takes none that is older', async () => {
    device.agent?.cut();
    device.storage.files.set('trust/key-list', new Uint8Array(5));
    await device.start();
    await sendList(first);
    await withEvil(wang);
    await world.advanceTo(at('07:03:10'));
    expect(heardOf(evil)).toBe(0);
    expect(gateway.hellos.at(-1)?.keyList).toBe(2);
  });
});

describe('a key list', () => {
  it('silences at once what only a revoked approver signed, until another signs it', async () => {
    await world.advanceTo(at('07:01:02'));
    expect(device.heard.length).toBe(2);
    await sendList(await sealed('key-list', listOf(3, { approvers: [approver(lin, '林')] }), root));
    await world.advanceTo(at('07:03:10'));
    expect(heardOf(good)).toBe(2);
    const active = gateway.all.flatMap((record) => (record.kind === 'active' ? [record.releases] : []));
    expect(active).toEqual([[approved], []]);
    await assign([held(await sealed('release', good, lin))]);
    await world.advanceTo(at('07:05:10'));
    expect(heardOf(good)).toBeGreaterThan(3);
  });

  it('makes good what was refused for its signatures before it came, release and stop order', async () => {
    await withEvil(foreign);
    await order({ version: 1, state: 'stop' }, foreign);
    await world.advanceTo(at('07:00:10'));
    expect(gateway.progress.at(-1)).toMatchObject({ stage: 'active' });
    expect(heardOf(evil)).toBe(0);
    await sendList(await sealed('key-list', listOf(3, { approvers: [approver(foreign, '新')] }), root));
    await world.advanceTo(at('07:02:10'));
    expect(device.leds.at(-1)).toBe('stopped');
    await order({ version: 2, state: 'lifted' }, foreign);
    await world.advanceTo(at('07:04:10'));
    expect(heardOf(evil)).toBe(2);
  });

  it('that has lapsed approves nothing, and still silences', async () => {
    await sendList(await sealed('key-list', listOf(3, { expiresAt: at('07:02:30') }), root));
    await world.advanceTo(at('07:06:10'));
    expect(heardOf(good)).toBe(3);
    await order({ version: 1, state: 'stop' }, chen);
    await world.settle();
    expect(device.leds.at(-1)).toBe('stopped');
    await order({ version: 2, state: 'lifted' }, chen);
    await world.settle();
    expect(device.leds.at(-1)).toBe('stopped');
    await sendList(await sealed('key-list', listOf(4), root));
    await world.advanceTo(at('07:08:10'));
    expect(device.leds.at(-1)).not.toBe('stopped');
    expect(heardOf(good)).toBeGreaterThan(3);
  });

  it('goes on with a new root key, and not with the old', async () => {
    const next = generateKeyPair();
    const rotated = { root: { keys: [listed(next)], threshold: 1 } };
    await sendList(await sealed('key-list', listOf(3, rotated), root, next));
    await sendList(await sealed('key-list', listOf(4), root));
    await sendList(await sealed('key-list', listOf(4, rotated), next));
    await world.settle();
    device.agent?.cut();
    await device.start();
    expect(gateway.hellos.at(-1)?.keyList).toBe(4);
  });
});
