import type { SitePolicy } from '../assignment.js';
import type { Calendar } from '../calendar/calendar.js';
import type { Output, Profile } from '../ids.js';
import type { NamedRelease } from '../release.js';
import type { SpokenChoice } from './dialect.js';

/** Everything that decides what a device plays; equal inputs give equal plans on device and gateway. */
export interface PlanInput {
  readonly releases: readonly NamedRelease[];
  readonly profile: Profile;
  readonly outputs: readonly Output[];
  readonly policy: SitePolicy;
  readonly calendar: Calendar;
}

/** One expected playing of one cue. */
export interface PlannedSlot {
  readonly release: string;
  readonly campaign: string;
  readonly cue: string;
  readonly item: string;
  readonly output: Output;
  readonly priority: number;
  /** By the cadence. */
  readonly dueAt: number;
  /** When its turn comes; later than due where something else goes first. */
  readonly startAt: number;
  readonly endAt: number;
  readonly spoken?: SpokenChoice;
  /** Per cent: the lower of the cue's and the place's cap. */
  readonly volume: number;
}

/** Why an occurrence is not expected. */
export type DropReason =
  | 'quiet-hours'
  | 'higher-priority'
  | 'equal-priority'
  | 'window-end'
  | 'day-end'
  | 'not-in-force'
  | 'no-audio'
  | 'no-text';

export interface DroppedOccurrence {
  readonly release: string;
  readonly campaign: string;
  readonly cue: string;
  readonly dueAt: number;
  readonly reason: DropReason;
  /** What took its time, where something did. */
  readonly by?: { readonly campaign: string; readonly cue: string };
}

export interface DayPlan {
  readonly day: string;
  readonly slots: readonly PlannedSlot[];
  readonly dropped: readonly DroppedOccurrence[];
}
