import { encodeMessage, type Release, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { atMidnight } from '../content.js';
import type { Examiner } from '../examiner.js';
import type { Check } from './check.js';
import { refusesReleases } from './refusing.js';

const held = { cue: { timing: atMidnight } };

/** An envelope as it comes from whoever has no key. */
function unsigned(x: Examiner, release: Release, signatures: readonly object[]) {
  const payload = toBase64(encodeMessage(release));
  return { ...x.harness.addBlob(encodeMessage({ v: 1, type: 'release', payload, signatures })), urgent: false };
}

export const releaseUnsigned: Check = {
  id: 'release-unsigned',
  async run(x) {
    const { alg, kid } = x.harness.approver.signer;
    const forged = { alg, kid, sig: toBase64(new Uint8Array(64).fill(7)) };
    const typed = await sealEnvelope('stop', encodeMessage(x.release(x.campaign('c'), held)), [
      x.harness.approver.signer,
    ]);
    return await refusesReleases(x, {
      'without a signature': unsigned(x, x.release(x.campaign('a'), held), []),
      'with a false signature': unsigned(x, x.release(x.campaign('b'), held), [forged]),
      'signed as another type': { ...x.harness.addBlob(typed), urgent: false },
    });
  },
};

export const releaseForeignKey: Check = {
  id: 'release-foreign-key',
  async run(x) {
    const { harness, stranger } = x;
    return await refusesReleases(x, {
      'by a stranger': await harness.addRelease(x.release(x.campaign('a'), held), stranger),
      'by the gateway': await harness.addRelease(x.release(x.campaign('b'), held), harness.gatewayKey),
    });
  },
};

export const releaseForeignPlace: Check = {
  id: 'release-foreign-place',
  async run(x) {
    const { profile, place } = x.subject;
    const other = profile === 'booth-sign' ? 'loudspeaker' : 'booth-sign';
    const elsewhere = { profiles: [profile], places: ['site/cf-elsewhere'] };
    const forOthers = { profiles: [other] as Release['audience']['profiles'], places: [place] };
    return await refusesReleases(x, {
      'for another place': await x.approve(x.release(x.campaign('a'), { ...held, audience: elsewhere })),
      'for another profile': await x.approve(x.release(x.campaign('b'), { ...held, audience: forOthers })),
    });
  },
};

export const releaseRolledBack: Check = {
  id: 'release-rolled-back',
  async run(x) {
    const campaign = x.campaign('a');
    const older = await x.approve(x.release(campaign, held));
    const newer = await x.approve(x.release(campaign, { ...held, revision: 2 }));
    await x.activate([newer]);
    return await refusesReleases(x, { 'of a lower revision': older });
  },
};
