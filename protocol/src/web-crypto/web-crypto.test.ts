import { describe, expect, it } from 'vitest';
import { openEnvelope, sealEnvelope } from '../envelope.js';
import { encodeMessage } from '../json.js';
import { generateKeyPair, keyPairFrom, publicKeyFrom, verify } from '../node/index.js';
import { decryptSeed, generateApproverKey, openWrappedKey, wrapSeed } from './index.js';

const passphrase = '十二个红灯笼挂在桥头上';
const payload = encodeMessage({ v: 1, 说: '不转账' });
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'none',
    (error) => error.code,
  );

describe('a key of the browser', () => {
  it('seals the very envelope that the command line would, and is verified as one', async () => {
    const made = await generateApproverKey(passphrase);
    const opened = await openWrappedKey(encodeMessage(made.file), passphrase);
    const pair = keyPairFrom(await decryptSeed(encodeMessage(made.file), passphrase));
    expect(publicKeyFrom(made.publicKey.bytes)).toEqual(made.publicKey);
    expect(pair.publicKey).toEqual(made.publicKey);
    const sealed = await sealEnvelope('release', payload, [pair.signer]);
    for (const { signer } of [made, opened]) {
      const envelope = await sealEnvelope('release', payload, [signer]);
      expect(envelope).toEqual(sealed);
      expect(openEnvelope('release', envelope, [made.publicKey], verify).signedBy).toEqual([made.publicKey.kid]);
    }
  });
});

describe('a wrapped key', () => {
  it('opens with its passphrase alone, however that is composed', async () => {
    const { seed, publicKey } = generateKeyPair();
    const file = await wrapSeed(seed, publicKey, 'caf\u00e9 caf\u00e9 caf\u00e9');
    expect(await decryptSeed(encodeMessage(file), 'cafe\u0301 cafe\u0301 cafe\u0301')).toEqual(seed);
    expect(await codeOf(decryptSeed(encodeMessage(file), 'cafe cafe cafe'))).toBe('passphrase-wrong');
    expect(JSON.stringify(file)).not.toContain(Buffer.from(seed).toString('base64').slice(0, 20));
  });

  it('is bound to its public key and its parameters', async () => {
    const { seed, publicKey } = generateKeyPair();
    const other = generateKeyPair().publicKey;
    const file = await wrapSeed(seed, publicKey, passphrase);
    const key = Buffer.from(other.bytes).toString('base64');
    for (const changed of [{ kid: other.kid }, { key }, { cipher: { ...file.cipher, iv: 'AAAAAAAAAAAAAAAA' } }])
      expect(await codeOf(decryptSeed(encodeMessage({ ...file, ...changed }), passphrase))).toBe('passphrase-wrong');
    for (const iterations of [1000, 599_999, 1e9]) {
      const weak = encodeMessage({ ...file, kdf: { ...file.kdf, iterations } });
      expect(await codeOf(decryptSeed(weak, passphrase))).toBe('message-malformed');
    }
  });

  it('asks for a passphrase that is not short', async () => {
    const { seed, publicKey } = generateKeyPair();
    expect(await codeOf(wrapSeed(seed, publicKey, '123456789'))).toBe('passphrase-short');
  });
});
