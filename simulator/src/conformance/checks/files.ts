import { atMidnight } from '../content.js';
import type { Examiner } from '../examiner.js';
import { CheckFailed, CheckSkipped } from '../verdict.js';
import { oversizedAssignment } from './assignments.js';
import type { Check } from './check.js';
import { refusesReleases } from './refusing.js';

const held = { cue: { timing: atMidnight } };
/** Bytes of a file that takes a while, and how many of them pass before the line breaks. */
const longBytes = 150_000;
const breakAt = 60_000;

/** A release whose envelope is served otherwise than it was announced. */
async function servedAs(x: Examiner, letter: string, change: (bytes: Uint8Array) => Uint8Array) {
  const ref = await x.approve(x.release(x.campaign(letter), held));
  x.harness.spoilBlob(ref.sha256, change(x.harness.blob(ref.sha256) ?? new Uint8Array()));
  return ref;
}

export const oversized: Check = {
  id: 'oversized',
  async run(x) {
    const message = await oversizedAssignment(x);
    const longer = await servedAs(x, 'a', (bytes) => Buffer.concat([bytes, Buffer.alloc(4096, ' ')]));
    return { ...message, ...(await refusesReleases(x, { 'longer than announced': longer })) };
  },
};

export const blobCorrupt: Check = {
  id: 'blob-corrupt',
  async run(x) {
    const flipped = await servedAs(x, 'a', (bytes) =>
      bytes.map((byte, at) => (at === Math.floor(bytes.length / 2) ? byte ^ 1 : byte)),
    );
    return await refusesReleases(x, { 'with a flipped bit': flipped });
  },
};

/** A release with one large file: a sound, or for a sign a text so long that the release is the file. */
async function largeRelease(x: Examiner) {
  const campaign = x.campaign('a');
  if (x.output === 'audio') {
    const release = x.release(campaign, { ...held, padding: longBytes });
    const sha256 = release.items[0]?.audio[0]?.renditions[0]?.sha256 ?? '';
    return { ref: await x.approve(release), sha256 };
  }
  const items = Array.from({ length: 100 }, (_, at) => ({
    id: `item-${at}`,
    title: campaign,
    audio: [],
    text: 'x'.repeat(1000),
  }));
  const small = x.release(campaign, held);
  const ref = await x.approve({ ...small, items: [...small.items, ...items] });
  return { ref, sha256: ref.sha256 };
}

export const blobResume: Check = {
  id: 'blob-resume',
  async run(x) {
    const { ref, sha256 } = await largeRelease(x);
    x.harness.breakBlob(sha256, breakAt);
    const mark = x.mark();
    await x.activate([ref]);
    const from = x.events
      .slice(mark)
      .flatMap((event) => (event.kind === 'blob' && event.body.sha256 === sha256 ? event.body.from : []));
    const again = from.slice(1);
    const details = { requests: from.length, brokeAt: breakAt, wentOnAt: again.at(0) ?? 0 };
    if (again.length === 0 || again.includes(0)) throw new CheckFailed('fetched-again', details);
    return details;
  },
};

export const blobChunks: Check = {
  id: 'blob-chunks',
  skip: ({ profile }) => (profile === 'bike-lock' ? undefined : 'not-bike-lock'),
  async run(x) {
    const mark = x.mark();
    const campaign = x.campaign('a');
    const since = x.now;
    await x.activate([await x.approve(x.release(campaign, { padding: 40_000 }))]);
    const asked = x.events.slice(mark).flatMap((event) => (event.kind === 'blob' ? event.body.over : []));
    if (asked.every((over) => over === 'http')) throw new CheckSkipped('files-over-http');
    await x.untilPlayed(campaign, since);
    const wrong = x.events.find((event) => event.kind === 'refused' && event.body.about.endsWith('want'));
    if (wrong?.kind === 'refused') throw new CheckFailed('asked-wrongly', { reason: wrong.body.code });
    return { wants: asked.filter((over) => over === 'mqtt').length, overHttp: asked.includes('http') };
  },
};
