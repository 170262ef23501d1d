import { fallbackDialect } from '@xiaolaba/protocol';
import { audiencePlaces } from './audience-places.js';
import type { Campaign, Content } from './model.js';

/** A dialect that people are to hear, and the campaigns in which something else plays for them. */
export interface DialectGap {
  readonly dialect: string;
  readonly campaigns: readonly string[];
}

/** Dialects in which a campaign's items would be spoken, had each of them a wording or a recording in all. */
function lacking(campaign: Campaign, content: Content): Set<string> {
  const { policeStations, ...audience } = campaign.audience;
  const places = audiencePlaces({ ...audience, 'police-stations': policeStations }, content);
  const found = new Set<string>();
  for (const cue of campaign.cues.filter(({ output }) => output === 'audio')) {
    const wanted = new Set(
      places.flatMap(({ dialects }) => (cue.dialects === 'first' ? dialects.slice(0, 1) : dialects)),
    );
    const items = campaign.items.filter(({ id }) => cue.items.includes(id));
    for (const dialect of wanted) {
      const spoken = items.every(({ audio }) =>
        audio.some((version) => version.dialect === dialect && (version.text ?? version.recording) !== undefined),
      );
      if (!spoken && dialect !== fallbackDialect) found.add(dialect);
    }
  }
  return found;
}

/** Where Mandarin stands in for want of a version, whatever voices a gateway has; the most frequent dialect first. */
export function dialectGaps(content: Content): DialectGap[] {
  const gaps = new Map<string, string[]>();
  for (const campaign of content.campaigns) {
    for (const dialect of lacking(campaign, content)) gaps.set(dialect, [...(gaps.get(dialect) ?? []), campaign.id]);
  }
  return [...gaps]
    .map(([dialect, campaigns]) => ({ dialect, campaigns }))
    .sort((a, b) => b.campaigns.length - a.campaigns.length || a.dialect.localeCompare(b.dialect));
}
