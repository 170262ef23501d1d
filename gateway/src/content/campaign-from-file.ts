import type { CampaignFile } from './file-schemas.js';
import type { Campaign, CampaignCue, CampaignTiming } from './model.js';
import { expandPlaylist } from './playlist.js';

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

/** What is played in a round. A cue without weights, repeats or jingle has no playlist but its list. */
function roundOf(cue: CampaignFile['cues'][number]): Pick<CampaignCue, 'items' | 'playlist'> {
  const { items, weights, repeats, jingle } = cue;
  if (!weights && !repeats && !jingle) return { items };
  const playlist = {
    items,
    ...(weights ? { weights } : {}),
    ...(repeats ? { repeats } : {}),
    ...(jingle ? { jingle } : {}),
  };
  return { items: expandPlaylist(playlist), playlist };
}

function playlistFields({ items, playlist }: CampaignCue): Pick<CampaignFile['cues'][number], 'items'> {
  const { weights, repeats, jingle } = playlist ?? {};
  return {
    items: [...(playlist?.items ?? items)],
    ...(weights ? { weights: { ...weights } } : {}),
    ...(repeats ? { repeats: { ...repeats } } : {}),
    ...(jingle ? { jingle: { ...jingle } } : {}),
  };
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
        ...roundOf(cue),
        output: cue.output,
        timing: timingOf(cue),
        priority: cue.priority,
        volumeCap: cue['volume-cap'],
        dialects: cue.dialects,
      }),
    ),
  };
}

/** The shortest way to write a number of seconds: `30s`, `10m`, `1h`. */
function durationOf(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

function timingFields({ timing }: CampaignCue): Partial<CampaignFile['cues'][number]> {
  if (timing.kind === 'triggered') {
    const { on, cooldownSeconds } = timing;
    return { on, ...(cooldownSeconds > 0 ? { cooldown: durationOf(cooldownSeconds) } : {}) };
  }
  if (timing.cadence === 'continuous') return { continuous: true };
  return timing.cadence === 'once' ? { once: true } : { every: durationOf(timing.cadence.every) };
}

/** A draft as its file would have it, fields in the order in which people write them. */
export function fileFrom(campaign: Campaign): CampaignFile {
  const { profiles, kinds, townships, policeStations, sites, routes, fleets, dialects } = campaign.audience;
  const conditions = { kinds, townships, 'police-stations': policeStations, sites, routes, fleets, dialects };
  const given = Object.entries(conditions).flatMap(([name, list]) => (list ? [[name, [...list]]] : []));
  return {
    id: campaign.id,
    title: { zh: campaign.title.zh, en: campaign.title.en },
    valid: { from: campaign.valid.from, to: campaign.valid.to },
    audience: { profiles: [...profiles], ...Object.fromEntries(given) },
    items: campaign.items.map(({ id, title, audio, text, video }) => ({
      id,
      title: { zh: title.zh, en: title.en },
      ...(text === undefined ? {} : { text }),
      ...(video === undefined ? {} : { video }),
      audio: audio.map(({ dialect, text: words, recording }) => ({
        dialect,
        ...(words === undefined ? {} : { text: words }),
        ...(recording === undefined ? {} : { recording }),
      })),
    })),
    cues: campaign.cues.map((cue) => ({
      id: cue.id,
      ...playlistFields(cue),
      output: cue.output,
      windows: cue.timing.windows.map(({ days, from, to }) => ({
        days: Array.isArray(days) ? [...days] : days,
        from,
        to,
      })),
      ...timingFields(cue),
      priority: cue.priority,
      'volume-cap': cue.volumeCap,
      dialects: cue.dialects,
    })),
  };
}
