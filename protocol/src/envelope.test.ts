import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from './base64.js';
import { envelopeTypes, openEnvelope, type Signer, sealEnvelope } from './envelope.js';
import { XiaolabaError } from './errors.js';
import { generateKeyPair, keyPairFrom, publicKeyFrom, verify } from './node/index.js';

const { publicKey, signer, seed } = keyPairFrom(new Uint8Array(32).fill(7));

describe('openEnvelope', () => {
  it('opens what was sealed, for its own type alone', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...envelopeTypes),
        fc.constantFrom(...envelopeTypes),
        async (payload, type, asked) => {
          const bytes = await sealEnvelope(type, payload, [signer]);
          if (type === asked) expect(openEnvelope(asked, bytes, [publicKey], verify).payload).toEqual(payload);
          else expect(() => openEnvelope(asked, bytes, [publicKey], verify)).toThrow(XiaolabaError);
        },
      ),
      { numRuns: 40 },
    ));

  it('is total, and no changed byte leads to another payload', async () => {
    const payload = new TextEncoder().encode('{"v":1}');
    const bytes = await sealEnvelope('release', payload, [signer]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = ((changed[at] ?? 0) + by) & 0xff;
        try {
          expect(openEnvelope('release', changed, [publicKey], verify).payload).toEqual(payload);
        } catch (error) {
          expect(error).toBeInstanceOf(XiaolabaError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never accepts a threshold that needs no signature', async () => {
    const bytes = await sealEnvelope('stop', new Uint8Array(2), [signer]);
    for (const threshold of [0, -1, Number.NaN])
      expect(() => openEnvelope('stop', bytes, [], verify, threshold)).toThrow(
        expect.objectContaining({ code: 'threshold-too-low' }),
      );
  });

  it('takes a signer that is an object with state', async () => {
    class Held implements Signer {
      readonly alg = 'Ed25519';
      readonly kid = publicKey.kid;
      readonly #pair = keyPairFrom(seed);
      sign(message: Uint8Array) {
        return this.#pair.signer.sign(message);
      }
    }
    const bytes = await sealEnvelope('release', new Uint8Array(3), [new Held()]);
    expect(openEnvelope('release', bytes, [publicKey], verify).signedBy).toEqual([publicKey.kid]);
  });
});

describe('keys', () => {
  it('refuses keys of small order and of a wrong length', () => {
    const identity = new Uint8Array(32);
    identity[0] = 1;
    const signed = Uint8Array.from(identity);
    signed[31] = 0x80;
    for (const raw of [identity, signed, new Uint8Array(32)])
      expect(() => publicKeyFrom(raw)).toThrow(expect.objectContaining({ code: 'key-small-order' }));
    expect(() => publicKeyFrom(new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'key-malformed' }));
    expect(() => keyPairFrom(new Uint8Array(33))).toThrow(expect.objectContaining({ code: 'key-malformed' }));
  });

  it('comes back from its seed, and verifies its own signatures alone', () => {
    const pair = generateKeyPair();
    expect(keyPairFrom(pair.seed).publicKey.kid).toBe(pair.publicKey.kid);
    const message = new Uint8Array([1, 2, 3]);
    const signature = pair.signer.sign(message) as Uint8Array;
    expect(verify(pair.publicKey, message, signature)).toBe(true);
    expect(verify(publicKey, message, signature)).toBe(false);
    expect(verify(pair.publicKey, message, signature.subarray(1))).toBe(false);
  });
});

describe('base64', () => {
  it('gives back every byte, in one spelling', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        const text = toBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(text)).toEqual(bytes);
      }),
      { numRuns: 50 },
    ));
  it.each(['QQ', 'QR==', 'QUF=', 'A', '-_==', ' ', 'QQ==QQ=='])('refuses %j', (text) => {
    expect(fromBase64(text)).toBeUndefined();
  });
});
