import { encodeMessage, errorCode, sealEnvelope } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { expect, it } from 'vitest';
import { hashOf, openCandidate, openReleased } from './open-candidate.js';

const payload = encodeMessage({
  ...{ v: 1, campaign: 'one', revision: 1, title: '刷单', frozenAt: 1, validFrom: 10, validUntil: 20 },
  audience: { profiles: ['booth-sign'], places: ['site/estate-1'] },
  items: [{ id: 'it', title: '一', text: '刷单就是诈骗', audio: [] }],
  cues: [
    {
      ...{ id: 'all', output: 'text', items: ['it'], priority: 20, volumeCap: 80, dialects: 'first' },
      breaksQuietHours: false,
      timing: {
        kind: 'continuous',
        windows: [{ days: 'every-day', from: '07:00', to: '08:00' }],
        segmentSeconds: 600,
      },
    },
  ],
});
const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'none', errorCode);

it('believes bytes that have their hash, and no others', async () => {
  const sha256 = await hashOf(payload);
  const opened = await openCandidate(sha256, payload);
  expect(opened.release.items[0]?.text).toBe('刷单就是诈骗');
  const other = Uint8Array.from(payload);
  other[other.length - 1] = 0x20;
  expect(await codeOf(openCandidate(sha256, other))).toBe('payload-differs');
  const nothing = encodeMessage({ v: 1 });
  expect(await codeOf(openCandidate(await hashOf(nothing), nothing))).toBe('message-malformed');
});

it('reads what is on air out of its envelope', async () => {
  const envelope = await sealEnvelope('release', payload, [generateKeyPair().signer]);
  expect((await openReleased(await hashOf(envelope), envelope)).campaign).toBe('one');
  expect(await codeOf(openReleased(await hashOf(payload), envelope))).toBe('payload-differs');
});
