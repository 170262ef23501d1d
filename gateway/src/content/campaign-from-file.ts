import type { CampaignFile } from './file-schemas.js';
import type { Campaign, CampaignCue, CampaignTiming } from './model.js';

const unitSeconds = { s: 1, m: 60, h: 3600 } as const;

/** Seconds of `30s`, `10m`, `1h`. */
export const secondsOf = (duration: string): number =>
  Number(duration.slice(0, -1)) * unitSeconds[duration.slice(-1) as keyof typeof unitSeconds];

function timingOf(cue: CampaignFile['cues'][number]): CampaignTiming {
  const { windows, on } = cue;
  if (on !== undefined)
    return { kind: 'triggered', on, windows, cooldownSeconds: cue.cooldown ? secondsOf(cue.cooldown) : 0 };
  const cadence = cue.continuous
    ? ('continuous' as const)
    : cue.every === undefined
      ? ('once' as const)
      : { every: secondsOf(cue.every) };
  return { kind: 'timed', windows, cadence };
}

/** A draft as the rest of the gateway knows it. */
export function campaignFrom(file: CampaignFile): Campaign {
  const { 'police-stations': policeStations, ...audience } = file.audience;
  const given = Object.fromEntries(
    Object.entries({ ...audience, policeStations }).filter(([, value]) => value !== undefined),
  );
  return {
    id: file.id,
    title: file.title,
    valid: file.valid,
    audience: { profiles: audience.profiles, ...given },
    items: file.items.map(({ id, title, audio, text, video }) => ({
      id,
      title,
      audio: audio.map((version) => ({
        dialect: version.dialect,
        ...(version.text === undefined ? {} : { text: version.text }),
        ...(version.recording === undefined ? {} : { recording: version.recording }),
      })),
      ...(text === undefined ? {} : { text }),
      ...(video === undefined ? {} : { video }),
    })),
    cues: file.cues.map(
      (cue): CampaignCue => ({
        id: cue.id,
        items: cue.items,
        output: cue.output,
        timing: timingOf(cue),
        priority: cue.priority,
        volumeCap: cue['volume-cap'],
        dialects: cue.dialects,
      }),
    ),
  };
}
