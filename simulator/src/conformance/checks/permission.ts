import { clockOf } from '@xiaolaba/protocol';
import { hourMs } from '../content.js';
import type { Examiner } from '../examiner.js';
import { CheckFailed } from '../verdict.js';
import type { Check } from './check.js';
import { withoutAudio } from './playing.js';

/** Quiet hours around the present moment. */
function quietNow(x: Examiner) {
  const { zone } = x.policy();
  const clockAt = (at: number): string => clockOf(at, zone).slice(0, 5);
  return { from: clockAt(x.now - hourMs), to: clockAt(x.now + hourMs) };
}

export const quietHours: Check = {
  id: 'quiet-hours',
  skip: withoutAudio,
  async run(x) {
    const [usual, alert] = [x.campaign('a'), x.campaign('b')];
    const mayBreak = { priority: 95, breaksQuietHours: true };
    const refs = [await x.approve(x.release(usual)), await x.approve(x.release(alert, { cue: mayBreak }))];
    await x.activate(refs, { policy: x.policy({ quietHours: quietNow(x) }) });
    const since = x.now;
    // The alert shows that the device would sound now if it might.
    await x.untilPlayed(alert, since);
    await x.untilSilent(usual, since, 'sounded');
    await x.activate(refs);
    const play = await x.untilPlayed(usual, x.now);
    return { alerts: x.plays(alert).length, afterwards: play.result };
  },
};

const cap = 30;

export const volumeCap: Check = {
  id: 'volume-cap',
  skip: withoutAudio,
  async run(x) {
    const campaign = x.campaign('a');
    const ref = await x.approve(x.release(campaign));
    const begun = x.now;
    await x.activate([ref], { policy: x.policy({ volumeCap: cap }) });
    const { volume } = await x.untilPlayed(campaign, begun);
    if (volume === undefined) throw new CheckFailed('volume-untold');
    if (volume > cap) throw new CheckFailed('too-loud', { volume, cap });
    await x.activate([ref], { policy: x.policy({ volumeCap: 0 }) });
    await x.untilSilent(campaign, x.now, 'sounded');
    return { volume, cap };
  },
};
