import { errorCode, sealEnvelope } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { describe, expect, it } from 'vitest';
import { openBatch, takeBatch } from './batch.js';
import { eventLine, SignedDevice } from './testing/signed-device.js';

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return errorCode(error);
  }
  return 'nothing thrown';
};

describe('opening a batch', () => {
  it("gives what the device's own key has signed", async () => {
    const device = new SignedDevice('dev-1').events(3);
    const batch = device.batch(1, 3);
    expect(openBatch('dev-1', device.key, await device.seal(batch))).toEqual(batch);
  });

  it('refuses a device without a key, another key, another type, another device and tampered bytes', async () => {
    const device = new SignedDevice('dev-1').events(1);
    const sealed = await device.seal(device.batch(1, 1));
    expect(codeOf(() => openBatch('dev-1', undefined, sealed))).toBe('device-unknown');
    expect(codeOf(() => openBatch('dev-1', generateKeyPair().publicKey, sealed))).toBe('signature-unknown-key');
    expect(codeOf(() => openBatch('dev-2', device.key, sealed))).toBe('batch-foreign');
    const envelope = JSON.parse(Buffer.from(sealed).toString()) as { payload: string };
    const payload = Buffer.from(envelope.payload, 'base64').toString().replace('press 1', 'press 9');
    const tampered = JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') });
    expect(codeOf(() => openBatch('dev-1', device.key, Buffer.from(tampered)))).toBe('signature-bad');
    const pair = generateKeyPair();
    const stop = await sealEnvelope('stop', Buffer.from('{}'), [pair.signer]);
    expect(codeOf(() => openBatch('dev-1', pair.publicKey, stop))).toBe('envelope-type');
    expect(codeOf(() => openBatch('dev-1', device.key, Buffer.from('no JSON')))).toBe('message-not-json');
  });
});

describe('taking a batch', () => {
  const device = new SignedDevice('dev-1').events(6);

  it('takes a first batch whole', () => {
    const taken = takeBatch(device.batch(1, 4), undefined);
    expect(taken.records.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(taken.state).toEqual({ upTo: 4, chain: device.chainAt(4) });
    expect(taken.bad).toEqual([]);
  });

  it('takes only what is new, wherever the batch begins', () => {
    const known = { upTo: 4, chain: device.chainAt(4) };
    for (const first of [1, 3, 4, 5]) {
      const taken = takeBatch(device.batch(first, 6), known);
      expect(taken.records.map(({ seq }) => seq)).toEqual([5, 6]);
      expect(taken.state).toEqual({ upTo: 6, chain: device.chainAt(6) });
    }
  });

  it('changes nothing for what was taken already', () => {
    const known = { upTo: 4, chain: device.chainAt(4) };
    for (const last of [2, 4]) {
      expect(takeBatch(device.batch(1, last), known)).toEqual({ state: known, records: [], bad: [] });
    }
  });

  it('refuses a gap', () => {
    expect(codeOf(() => takeBatch(device.batch(3, 4), undefined))).toBe('batch-gap');
    expect(codeOf(() => takeBatch(device.batch(6, 6), { upTo: 4, chain: device.chainAt(4) }))).toBe('batch-gap');
  });

  it('refuses a chain that does not begin, does not continue, or tells the past differently', () => {
    const known = { upTo: 4, chain: device.chainAt(4) };
    expect(codeOf(() => takeBatch({ ...device.batch(1, 2), chain: 'f'.repeat(64) }, undefined))).toBe('chain-broken');
    expect(codeOf(() => takeBatch({ ...device.batch(5, 6), chain: 'f'.repeat(64) }, known))).toBe('chain-broken');
    const other = new SignedDevice('dev-1').write(...[1, 2, 3].map((seq) => eventLine(seq, 'invented'))).events(3);
    expect(codeOf(() => takeBatch(other.batch(1, 6), known))).toBe('chain-broken');
    expect(codeOf(() => takeBatch(other.batch(1, 4), known))).toBe('chain-broken');
  });

  it('sets lines aside that are no record, and counts them as taken', () => {
    const mixed = new SignedDevice('dev-1').write(
      eventLine(1),
      'rubbish',
      eventLine(7),
      '{"kind":"nap"}',
      eventLine(5),
    );
    const taken = takeBatch(mixed.batch(1, 5), undefined);
    expect(taken.records.map(({ seq }) => seq)).toEqual([1, 5]);
    expect(taken.bad.map(({ error }) => errorCode(error))).toEqual([
      'message-not-json',
      'record-sequence',
      'message-malformed',
    ]);
    expect(taken.state).toEqual({ upTo: 5, chain: mixed.chainAt(5) });
  });
});
