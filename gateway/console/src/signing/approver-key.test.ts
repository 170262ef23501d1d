import { encodeMessage, errorCode, openEnvelope } from '@xiaolaba/protocol';
import { publicKeyFrom, verify } from '@xiaolaba/protocol/node';
import { expect, it } from 'vitest';
import { createApproverKey, unlockedMs } from './approver-key.js';
import { createKeyStore, keyFileBytes, type Shelf } from './key-store.js';

const passphrase = '十二个红灯笼挂在桥头上';
const shelf = (): Shelf & { readonly kept: Map<string, string> } => {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => kept.set(name, text),
    removeItem: (name) => kept.delete(name),
  };
};
const holder = (on: Shelf, account = 'a1') => {
  const waiting: { ms: number; call: () => void; off: boolean }[] = [];
  const key = createApproverKey({
    store: createKeyStore(on, account),
    after: (ms, call) => {
      const entry = { ms, call, off: false };
      waiting.push(entry);
      return () => {
        entry.off = true;
      };
    },
  });
  return { key, waiting };
};
const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'none', errorCode);
const payload = encodeMessage({ v: 1, 说: '不转账' });

it('signs while it is unlocked, and locks itself', async () => {
  const { key, waiting } = holder(shelf());
  expect(key.file.value).toBeUndefined();
  await key.make(passphrase);
  const sealed = await key.seal('release', payload);
  const raw = Buffer.from(key.file.value?.key ?? '', 'base64');
  expect(sealed && openEnvelope('release', sealed, [publicKeyFrom(raw)], verify).payload).toEqual(payload);
  expect(waiting.map(({ ms }) => ms)).toEqual([unlockedMs]);
  waiting[0]?.call();
  expect(key.isUnlocked.value).toBe(false);
  expect(await key.seal('release', payload)).toBeUndefined();
});

it('is kept for its account alone, wrapped, and opens with its passphrase alone', async () => {
  const on = shelf();
  await holder(on).key.make(passphrase);
  expect([...on.kept.values()].join()).not.toContain(passphrase);
  expect(holder(on, 'a2').key.file.value).toBeUndefined();
  const { key } = holder(on);
  expect(key.isUnlocked.value).toBe(false);
  expect(await codeOf(key.unlock('another passphrase'))).toBe('passphrase-wrong');
  expect(key.isUnlocked.value).toBe(false);
  await key.unlock(passphrase);
  expect(key.isUnlocked.value).toBe(true);
  key.forget();
  expect([key.isUnlocked.value, key.file.value, on.kept.size]).toEqual([false, undefined, 0]);
});

it('moves to another browser by its file, and takes no other file', async () => {
  const { key } = holder(shelf());
  await key.make(passphrase);
  const file = key.file.value;
  if (!file) throw new Error('no key was made');
  const other = holder(shelf()).key;
  expect(await codeOf((async () => other.take(encodeMessage({ v: 1 })))())).toBe('key-file-unknown');
  other.take(keyFileBytes(file));
  await other.unlock(passphrase);
  expect(await other.seal('stop', payload)).toEqual(await key.seal('stop', payload));
});

it('asks for a passphrase that is not short', async () => {
  const { key } = holder(shelf());
  expect(await codeOf(key.make('123456789'))).toBe('passphrase-short');
  expect(key.file.value).toBeUndefined();
});
