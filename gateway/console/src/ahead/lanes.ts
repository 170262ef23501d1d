import type { Drop, Play, Stretch } from './plays.js';
import { stretchesOf } from './plays.js';

export interface AheadLane {
  readonly key: string;
  readonly output: Play['output'];
  /** Absent where a lane gathers several campaigns. */
  readonly title: string | undefined;
  readonly stretches: readonly Stretch[];
  readonly dropped: readonly Drop[];
}

const most = 8;

/** A lane for each output of each campaign, or for each output where those would be too many. */
export const lanesOf = (plays: readonly Play[], dropped: readonly Drop[]): AheadLane[] => {
  const campaigns = new Set(plays.map(({ output, campaign }) => `${output}/${campaign}`));
  const many = campaigns.size > most;
  const keyOf = (output: string, campaign: string): string => (many ? output : `${output}/${campaign}`);
  const groups = new Map<string, Play[]>();
  for (const play of plays) {
    const key = keyOf(play.output, play.campaign);
    groups.set(key, [...(groups.get(key) ?? []), play]);
  }
  return [...groups]
    .flatMap(([key, members]): AheadLane[] => {
      const [first] = members;
      if (!first) return [];
      // A cue is of one output, so what is dropped lies where the cue's other plays lie.
      const cues = new Set(members.map(({ campaign, cue }) => `${campaign}/${cue}`));
      return [
        {
          key,
          output: first.output,
          title: many ? undefined : first.title,
          stretches: stretchesOf(members),
          dropped: dropped.filter(({ campaign, cue }) => cues.has(`${campaign}/${cue}`)),
        },
      ];
    })
    .sort(
      (a, b) => a.output.localeCompare(b.output) || (a.stretches[0]?.startAt ?? 0) - (b.stretches[0]?.startAt ?? 0),
    );
};
