import type { DraftView } from '@xiaolaba/gateway/contract';

interface Localized {
  readonly zh: string;
  readonly en: string;
}

/** The parts of a campaign's document that this page shows; its form is `playlists/schemas/campaign.schema.json`. */
export interface CampaignDocument {
  readonly audience: {
    readonly profiles: readonly string[];
    readonly kinds?: readonly string[];
    readonly townships?: readonly string[];
    readonly 'police-stations'?: readonly string[];
    readonly sites?: readonly string[];
    readonly routes?: readonly string[];
    readonly fleets?: readonly string[];
    readonly dialects?: readonly string[];
  };
  readonly items: readonly ItemDocument[];
  readonly cues: readonly CueDocument[];
}
export interface ItemDocument {
  readonly id: string;
  readonly title: Localized;
  readonly text?: string;
  readonly video?: string;
  readonly audio?: readonly { readonly dialect: string; readonly text?: string; readonly recording?: string }[];
}
export interface CueDocument {
  readonly id: string;
  readonly items: readonly string[];
  readonly output: 'audio' | 'text';
  readonly windows: readonly {
    readonly days: string | readonly string[];
    readonly from: string;
    readonly to: string;
  }[];
  readonly every?: string;
  readonly once?: boolean;
  readonly continuous?: boolean;
  readonly on?: string;
  readonly cooldown?: string;
  readonly 'volume-cap'?: number;
  readonly dialects?: 'rotate' | 'first';
}

/** The gateway has checked the form of what it keeps. */
export const documentOf = ({ campaign }: Pick<DraftView, 'campaign'>): CampaignDocument =>
  campaign as unknown as CampaignDocument;

/** `30s`, `10m`, `1h` as a number and its unit. */
export const spanOf = (duration: string): { readonly n: number; readonly unit: 's' | 'm' | 'h' } => ({
  n: Number.parseInt(duration, 10),
  unit: duration.endsWith('h') ? 'h' : duration.endsWith('m') ? 'm' : 's',
});
