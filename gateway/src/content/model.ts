import type { Calendar, DaySet, Output, Position, Profile, SiteKind } from '@xiaolaba/protocol';
import type { AlertText } from './alert-file-schema.js';
import type { Playlist } from './playlist.js';

export type { AlertText };

/** The district that one gateway serves. */
export interface District {
  readonly id: string;
  readonly name: Localized;
  readonly zone: string;
  /** Demo data is labelled wherever it is shown. */
  readonly demo: boolean;
  readonly townships: readonly Named[];
  readonly policeStations: readonly (Named & { readonly township: string })[];
}

export interface Localized {
  readonly zh: string;
  readonly en: string;
}

export interface Named {
  readonly id: string;
  readonly name: Localized;
}

/** A place to cover. */
export interface Site {
  readonly id: string;
  readonly kind: SiteKind;
  readonly name: Localized;
  readonly township: string;
  readonly policeStation: string;
  /** WGS-84. */
  readonly position: Position;
  /** What people there speak, the commonest first. */
  readonly dialects: readonly string[];
  /** Local time, `HH:MM-HH:MM`, may pass midnight. */
  readonly quietHours: { readonly from: string; readonly to: string };
  /** Per cent of full scale, 0–100. */
  readonly volumeCap: number;
  /** GB 3096 class 0–4: bounds the noise at the receiver. */
  readonly noiseZone: number;
  /** How many people live at or pass the place a day; 0 where nobody counted. */
  readonly people: number;
}

/** A bus route: its stops in order, and when it calls there. */
export interface Route {
  readonly id: string;
  readonly name: Localized;
  readonly dialects: readonly string[];
  readonly policeStation: string;
  readonly stops: readonly {
    readonly site: string /** running time from the first stop */;
    readonly minutes: number;
  }[];
  /** Local `HH:MM` of the first and the last departure from either end. */
  readonly first: string;
  readonly last: string;
  readonly headwayMinutes: number;
}

/** Bikes of one operator area; they roam and meet parking points. */
export interface Fleet {
  readonly id: string;
  readonly name: Localized;
  readonly policeStation: string;
  readonly dialects: readonly string[];
  /** Parking points the fleet is put out at. */
  readonly parking: readonly string[];
}

/** An endpoint that is, or is to be, enrolled. */
export interface DeviceEntry {
  readonly id: string;
  readonly profile: Profile;
  /** `site/<id>`, `route/<id>` or `fleet/<id>`. */
  readonly place: string;
  readonly sign?: { readonly columns: number; readonly rows: number; readonly charset: 'gb2312' | 'gbk' | 'unicode' };
}

/** Whom a campaign is for. All given conditions must hold; an empty one holds for everybody. */
export interface Audience {
  readonly profiles: readonly Profile[];
  readonly kinds?: readonly (SiteKind | 'route' | 'fleet')[];
  readonly townships?: readonly string[];
  readonly policeStations?: readonly string[];
  readonly sites?: readonly string[];
  readonly routes?: readonly string[];
  readonly fleets?: readonly string[];
  readonly dialects?: readonly string[];
}

/** Where a content directory keeps what its files name. */
export interface MediaDirectories {
  readonly audio: string;
  readonly video: string;
}

/** One dialect's wording of an item, and its recording where somebody made one. */
export interface SpokenVersion {
  readonly dialect: string;
  /** May hold `{police_station}`, `{township}`, `{district}`, `{place}`. */
  readonly text?: string;
  /** File under `playlists/audio/`. */
  readonly recording?: string;
}

export interface CampaignItem {
  readonly id: string;
  readonly title: Localized;
  readonly audio: readonly SpokenVersion[];
  /** Scrolling text, with the same fields. */
  readonly text?: string;
  /** Film that loops behind the text on a screen: file under `playlists/video/`. */
  readonly video?: string;
}

export type CampaignTiming =
  | {
      readonly kind: 'timed';
      readonly windows: readonly { readonly days: DaySet; readonly from: string; readonly to: string }[];
      /** Seconds between plays; `continuous` keeps a text up for the whole window. */
      readonly cadence: { readonly every: number } | 'once' | 'continuous';
    }
  | {
      readonly kind: 'triggered';
      readonly on: 'unlock' | 'lock' | 'stop-arrival';
      readonly windows: readonly { readonly days: DaySet; readonly from: string; readonly to: string }[];
      readonly cooldownSeconds: number;
    };

export interface CampaignCue {
  readonly id: string;
  /** One round, item by item. */
  readonly items: readonly string[];
  /** What the round was made of, where it is more than a list. */
  readonly playlist?: Playlist;
  readonly output: Output;
  readonly timing: CampaignTiming;
  /** 0–100, higher wins. */
  readonly priority: number;
  readonly volumeCap: number;
  /** `rotate` takes the dialects of the place in turn, `first` only the commonest. */
  readonly dialects: 'rotate' | 'first';
}

/** A draft as its file has it. */
export interface Campaign {
  readonly id: string;
  readonly title: Localized;
  /** Local days, both inclusive. */
  readonly valid: { readonly from: string; readonly to: string };
  readonly audience: Audience;
  readonly items: readonly CampaignItem[];
  readonly cues: readonly CampaignCue[];
}

/** A bulletin 案例快报 to be filled in, for one of the common fraud types. */
export interface BulletinTemplate {
  readonly id: string;
  readonly title: Localized;
  /** The fraud type, as the police name it. */
  readonly type: string;
  /** Holds `{date}` and such, the ids of `fields`. */
  readonly text: string;
  readonly fields: readonly {
    readonly id: string;
    readonly label: Localized;
    readonly kind: 'date' | 'money' | 'text';
  }[];
  readonly advice: string;
}

/** What one calendar file speaks for, a year as a rule. */
export type CalendarPart = Omit<Calendar, 'v'>;

/** Everything that a content directory holds, read and checked. */
export interface Content {
  readonly district: District;
  readonly sites: readonly Site[];
  readonly routes: readonly Route[];
  readonly fleets: readonly Fleet[];
  readonly devices: readonly DeviceEntry[];
  readonly calendar: Calendar;
  /** The calendars as their files have them, by first day; `calendar` is all of them in one. */
  readonly calendars?: readonly CalendarPart[];
  readonly campaigns: readonly Campaign[];
  readonly templates?: readonly BulletinTemplate[];
  /** Prepared texts of alerts. */
  readonly alerts?: readonly AlertText[];
  /** Where recordings lie. */
  readonly media: MediaDirectories;
}

/** One thing wrong with a file: where, what, and how to mend it. */
export interface ContentProblem {
  readonly file: string;
  readonly line?: number;
  readonly field?: string;
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly details: Readonly<Record<string, string | number>>;
}
