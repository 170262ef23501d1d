import type { HarnessEventOf } from '../../harness/harness-events.js';
import { hourMs } from '../content.js';
import { patienceMs } from '../examiner.js';
import { CheckFailed } from '../verdict.js';
import type { Check } from './check.js';

const tellEveryMs = 15_000;

export const clockJump: Check = {
  id: 'clock-jump',
  async run(x) {
    const { harness, subject } = x;
    const campaign = await x.playing('a');
    const tell = (at: number): Promise<void> => harness.command(subject.device, { v: 1, kind: 'time', at });
    const beatWithinMs = Math.max(patienceMs, 1500 * subject.beatSeconds);
    const before = x.mark();
    await tell(x.now + hourMs);
    const doubted = await x.until(
      'beat',
      before,
      'clock-not-doubted',
      ({ body }) => body.clock !== 'trusted',
      beatWithinMs,
    );
    await x.untilSilent(campaign, doubted.body.at, 'sounded');
    const after = x.mark();
    const isTrusted = ({ body }: HarnessEventOf<'beat'>): boolean => body.clock === 'trusted';
    const end = x.now + 2 * beatWithinMs;
    // Again and again, as a gateway does: one that was long on its way confirms nothing.
    for (let trusted = false; !trusted; ) {
      if (x.now > end) throw new CheckFailed('clock-not-regained');
      await tell(x.now);
      trusted = (await x.maybe('beat', after, isTrusted, tellEveryMs)) !== undefined;
    }
    await x.untilPlayed(campaign, x.now);
    return { clock: doubted.body.clock };
  },
};

/** How long the link is cut, milliseconds: two plays and more fall into it. */
const cutMs = 26_000;

export const offlinePlay: Check = {
  id: 'offline-play',
  async run(x) {
    const { harness, subject } = x;
    const campaign = await x.playing('a');
    const mark = x.mark();
    harness.setReachable(subject.device, false);
    const from = x.now;
    await x.sleep(cutMs);
    const to = x.now;
    harness.setReachable(subject.device, true);
    await x.until('connect', mark, 'not-connected', undefined, 8 * patienceMs);
    const play = await x.untilPlayed(campaign, from + 1_000, 'nothing-offline');
    if (play.startedAt > to) throw new CheckFailed('nothing-offline', { firstAfterMs: play.startedAt - to });
    const broken = x.events.some((event) => event.kind === 'records' && event.body.chain === 'broken');
    if (broken) throw new CheckFailed('chain-broken');
    const offline = x.plays(campaign, from).filter(({ startedAt }) => startedAt < to).length;
    return { cutMs: to - from, playedMeanwhile: offline };
  },
};
