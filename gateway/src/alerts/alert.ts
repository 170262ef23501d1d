import type { Output, Profile } from '@xiaolaba/protocol';
import type { AlertState, Severity } from './words.js';

export type AlertStatus = 'actual' | 'exercise';

export interface Spoken {
  readonly dialect: string;
  readonly text: string;
}

/** What is said and shown, exercise notices and all. */
export interface Wording {
  readonly title: string;
  readonly event: string;
  readonly severity: Severity;
  readonly spoken: readonly Spoken[];
  readonly sign?: string;
}

/** What in a draft of an alert somebody should know of. */
export interface AlertNote {
  readonly code: string;
  readonly dialect?: string;
  readonly profile?: Profile;
}

/** How an alert is put out. */
export interface Airing {
  readonly output: Output | 'both';
  readonly profiles: readonly Profile[];
  readonly repeatSeconds: number;
  readonly breaksQuietHours: boolean;
  readonly priority: number;
  readonly validFrom: number;
  readonly validUntil: number;
}

/** A message of somebody else's that an alert was made of. */
export interface CapSource {
  readonly sender: string;
  readonly identifier: string;
  readonly sent: number;
}

/** What an alert is to be. */
export interface AlertSpec extends Airing {
  readonly status: AlertStatus;
  readonly wording: Wording;
  readonly everywhere: boolean;
  readonly places: readonly string[];
  readonly author: string;
  readonly replaces?: string;
  readonly cap?: CapSource;
}

/** An alert as it is kept. */
export interface AlertBody extends AlertSpec {
  /** Name of its releases; updates of an alert share it. */
  readonly campaign: string;
  readonly revision: number;
  /** SHA-256 of the bytes to be signed. */
  readonly candidate: string;
  readonly people: number;
  readonly notes: readonly AlertNote[];
  readonly endedBy?: string;
  readonly endReason?: string;
}

export interface Alert extends AlertBody {
  readonly id: string;
  readonly createdAt: number;
  readonly endedAt?: number;
}

/** Where an alert stands at an instant. */
export interface Standing {
  readonly state: AlertState;
  readonly release?: string;
  readonly publishedAt?: number;
  readonly endedAt?: number;
  readonly replacedBy?: string;
}
