import { errorCode, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceEntry } from '../content/index.js';
import { TemporaryStore } from '../store/testing/temporary-store.js';
import { Registry } from './registry.js';

const gatewayKey = generateKeyPair().publicKey;
const dayMs = 86_400_000;
let temporary: TemporaryStore;
let registry: Registry;
let now: number;

const open = () => Registry.open(temporary.store, gatewayKey, () => now);
beforeEach(async () => {
  temporary = await TemporaryStore.open();
  now = 1_790_000_000_000;
  registry = await open();
  await registry.learn([entry('speaker-1'), entry('speaker-2')]);
});
afterEach(() => temporary.close());

const entry = (id: string, more: Partial<DeviceEntry> = {}): DeviceEntry => ({
  id,
  profile: 'loudspeaker',
  place: 'site/estate-1',
  ...more,
});
const newKey = () => toBase64(generateKeyPair().publicKey.bytes);
const wrongCode = 'AAAA-BBBB-CCCC-DDDD';
async function codeFor(device: string): Promise<string> {
  const [claim] = await registry.claim([device]);
  if (!claim) throw new Error('no claim');
  return claim.code;
}
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => errorCode(error),
  );
const enrol = (device: string, code: string, publicKey = newKey()) => registry.enrol({ device, code, publicKey });
const authenticate = (device: string, secret: string) => registry.authenticate(device, Buffer.from(secret));

describe('enrolment', () => {
  it('gives a device its secret and the key that signs its assignments, and knows it by them', async () => {
    const publicKey = newKey();
    const response = await enrol('speaker-1', await codeFor('speaker-1'), publicKey);
    expect(response).toMatchObject({
      device: 'speaker-1',
      place: 'site/estate-1',
      gatewayKey: { kid: gatewayKey.kid },
    });
    expect(Buffer.from(response.secret, 'base64url')).toHaveLength(32);
    expect(await authenticate('speaker-1', response.secret)).toBe('ok');
    expect(await authenticate('speaker-2', response.secret)).toBe('bad-credentials');
    expect(await authenticate('speaker-1', `${response.secret}x`)).toBe('bad-credentials');
    expect(await authenticate('speaker-9', response.secret)).toBe('bad-credentials');
    const known = registry.get('speaker-1');
    expect(known).toMatchObject({ enrolled: true, revoked: false });
    expect(toBase64(known?.key?.bytes ?? new Uint8Array())).toBe(publicKey);
  });

  it('keeps neither secret nor code in the store', async () => {
    const code = await codeFor('speaker-1');
    const claimed = JSON.stringify(await temporary.store.selectFrom('devices').selectAll().execute());
    const { secret } = await enrol('speaker-1', code);
    const enrolled = JSON.stringify(await temporary.store.selectFrom('devices').selectAll().execute());
    expect(claimed.includes(code)).toBe(false);
    expect(enrolled.includes(secret)).toBe(false);
  });

  it('takes a code once, though it be used twice at the same time', async () => {
    const code = await codeFor('speaker-1');
    const results = await Promise.all([codeOf(enrol('speaker-1', code)), codeOf(enrol('speaker-1', code))]);
    expect(results.sort()).toEqual(['claim-refused', 'nothing thrown']);
    expect(await codeOf(enrol('speaker-1', code))).toBe('claim-refused');
  });

  it('refuses a wrong code, one for another device, one replaced and one that has lapsed', async () => {
    const code = await codeFor('speaker-1');
    expect(await codeOf(enrol('speaker-1', wrongCode))).toBe('claim-refused');
    expect(await codeOf(enrol('speaker-2', code))).toBe('claim-refused');
    expect(await codeOf(enrol('speaker-9', code))).toBe('claim-refused');
    const newer = await codeFor('speaker-1');
    expect(await codeOf(enrol('speaker-1', code))).toBe('claim-refused');
    now += 30 * dayMs;
    expect(await codeOf(enrol('speaker-1', newer))).toBe('claim-refused');
    const fresh = await codeFor('speaker-1');
    now += 30 * dayMs - 1;
    expect(await codeOf(enrol('speaker-1', fresh))).toBe('nothing thrown');
  });

  it('refuses an unsafe key, and leaves the code unused', async () => {
    const code = await codeFor('speaker-1');
    for (const weak of [new Uint8Array(32), Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 1 : 0))])
      expect(await codeOf(enrol('speaker-1', code, toBase64(weak)))).toBe('key-small-order');
    for (const short of ['', 'no base64!', toBase64(new Uint8Array(31))])
      expect(await codeOf(enrol('speaker-1', code, short))).toBe('key-malformed');
    expect(registry.get('speaker-1')?.enrolled).toBe(false);
    expect(await codeOf(enrol('speaker-1', code))).toBe('nothing thrown');
  });

  it('leaves the old secret in force until a new code is used', async () => {
    const first = await enrol('speaker-1', await codeFor('speaker-1'));
    const code = await codeFor('speaker-1');
    expect(await authenticate('speaker-1', first.secret)).toBe('ok');
    const second = await enrol('speaker-1', code);
    expect(await authenticate('speaker-1', first.secret)).toBe('bad-credentials');
    expect(await authenticate('speaker-1', second.secret)).toBe('ok');
  });

  it('makes codes for all or for none, one each', async () => {
    expect(await codeOf(registry.claim(['speaker-1', 'speaker-9']))).toBe('device-unknown');
    const claims = await registry.claim(['speaker-1', 'speaker-1', 'speaker-2']);
    expect(claims.map(({ device }) => device)).toEqual(['speaker-1', 'speaker-2']);
    for (const { code } of claims) expect(code).toMatch(/^[A-Z2-9]{4}(-[A-Z2-9]{4}){3}$/);
    for (const { device, code } of claims) expect(await codeOf(enrol(device, code))).toBe('nothing thrown');
  });
});

describe('a revoked device', () => {
  it('is told so, holds no code, and can be claimed anew', async () => {
    const code = await codeFor('speaker-1');
    const { secret } = await enrol('speaker-1', code);
    const open = await codeFor('speaker-1');
    await registry.revoke('speaker-1');
    expect(registry.get('speaker-1')).toMatchObject({ enrolled: false, revoked: true, revokedAt: now });
    expect(await authenticate('speaker-1', secret)).toBe('revoked');
    expect(await codeOf(enrol('speaker-1', open))).toBe('claim-refused');
    const again = await enrol('speaker-1', await codeFor('speaker-1'));
    expect(await authenticate('speaker-1', again.secret)).toBe('ok');
    expect(registry.get('speaker-1')?.revokedAt).toBeUndefined();
    expect(await codeOf(registry.revoke('speaker-9'))).toBe('device-unknown');
  });
});

describe('devices of the content', () => {
  it('keep who they are when their place changes, or when content no longer names them', async () => {
    const { secret } = await enrol('speaker-1', await codeFor('speaker-1'));
    await registry.learn([entry('speaker-1', { place: 'site/estate-2' })]);
    expect(registry.get('speaker-1')).toMatchObject({ place: 'site/estate-2', enrolled: true });
    expect(await authenticate('speaker-1', secret)).toBe('ok');
    expect(registry.get('speaker-2')?.place).toBe('site/estate-1');
  });

  it('do not lose an enrolment that happens at the same time', async () => {
    const code = await codeFor('speaker-1');
    const [{ secret }] = await Promise.all([
      enrol('speaker-1', code),
      registry.learn([entry('speaker-1', { place: 'site/estate-2' })]),
    ]);
    expect(await authenticate('speaker-1', secret)).toBe('ok');
    expect(registry.get('speaker-1')?.place).toBe('site/estate-2');
  });

  it('are all known again after a restart', async () => {
    await registry.learn([entry('sign-1', { profile: 'booth-sign', sign: { columns: 64, rows: 16, charset: 'gbk' } })]);
    const { secret } = await enrol('speaker-1', await codeFor('speaker-1'));
    await registry.revoke('speaker-2');
    const before = [...registry.all()];
    await temporary.reopen();
    registry = await open();
    expect([...registry.all()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      before.sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    expect(await authenticate('speaker-1', secret)).toBe('ok');
    expect(await authenticate('speaker-2', secret)).toBe('revoked');
  });
});
