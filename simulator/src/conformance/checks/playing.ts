import { encodeMessage, type PlayRecord, profileOutputs } from '@xiaolaba/protocol';
import { rhythmSeconds, soundMs, triggered } from '../content.js';
import type { SimulatedEndpoint, Subject } from '../endpoint.js';
import { CheckFailed, type Details, type SkipCode } from '../verdict.js';
import type { Check } from './check.js';

export const withoutAudio = ({ profile }: Subject): SkipCode | undefined =>
  profileOutputs[profile].includes('audio') ? undefined : 'no-audio';
const withoutText = ({ profile }: Subject): SkipCode | undefined =>
  profileOutputs[profile].includes('text') ? undefined : 'no-text';

/** How much longer or shorter than announced a sound may last. */
const toleranceMs = 500;

function detailsOf({ playedMs, expectedMs, startedAt, dueAt, evidence, volume }: PlayRecord): Details {
  const details = { playedMs, expectedMs, lateMs: startedAt - dueAt, evidence };
  return volume === undefined ? details : { ...details, volume };
}

export const approvedPlays: Check = {
  id: 'approved-plays',
  skip: withoutAudio,
  async run(x) {
    const campaign = x.campaign('a');
    const since = x.now;
    const ref = await x.approve(x.release(campaign));
    await x.activate([ref]);
    const play = await x.untilPlayed(campaign, since);
    const details = detailsOf(play);
    const { output, cue, item, release, expectedMs, playedMs } = play;
    const isOurs = output === 'audio' && cue === 'cue' && item === 'item' && release === ref.sha256;
    const isWhole = expectedMs === soundMs && Math.abs(playedMs - soundMs) <= toleranceMs;
    if (!isOurs || !isWhole) throw new CheckFailed('played-wrong', details);
    return details;
  },
};

export const textShown: Check = {
  id: 'text-shown',
  skip: withoutText,
  async run(x) {
    const campaign = x.campaign('t');
    const release = x.release(campaign, { output: 'text' });
    const since = x.now;
    await x.activate([await x.approve(release)]);
    const play = await x.untilPlayed(campaign, since);
    const details = detailsOf(play);
    if (play.output !== 'text' || play.playedMs < rhythmSeconds * 900) throw new CheckFailed('played-wrong', details);
    const text = release.items[0]?.text ?? '';
    if (x.subject.simulated && !x.subject.simulated.shown.includes(text)) throw new CheckFailed('not-shown', details);
    return details;
  },
};

const triggers = { 'bike-lock': 'unlock', 'bus-screen': 'stop-arrival' } as const;
const triggerOf = (profile: Subject['profile']): 'unlock' | 'stop-arrival' | undefined =>
  profile === 'bike-lock' || profile === 'bus-screen' ? triggers[profile] : undefined;
const stop = { site: 'cf-stop', position: [114, 25] as [number, number], radius: 40 };

async function pull(simulated: SimulatedEndpoint, on: 'unlock' | 'stop-arrival'): Promise<void> {
  if (on === 'unlock') simulated.unlock();
  else {
    simulated.fix([114.01, 25]);
    simulated.fix([114, 25]);
  }
}

export const trigger: Check = {
  id: 'trigger',
  skip: (subject) => {
    if (!triggerOf(subject.profile)) return 'no-trigger';
    return subject.simulated ? undefined : 'needs-hand';
  },
  async run(x) {
    const { simulated, profile } = x.subject;
    const on = triggerOf(profile);
    if (!simulated || !on) return {};
    const campaign = x.campaign('t');
    const route =
      on === 'stop-arrival' ? { route: x.harness.addBlob(encodeMessage({ v: 1, id: 'cf-route', stops: [stop] })) } : {};
    await x.activate([await x.approve(x.release(campaign, { cue: { timing: triggered(on) } }))], route);
    const since = x.now;
    await pull(simulated, on);
    const play = await x.untilPlayed(campaign, since);
    if (play.trigger?.on !== on) throw new CheckFailed('played-wrong', detailsOf(play));
    return detailsOf(play);
  },
};
