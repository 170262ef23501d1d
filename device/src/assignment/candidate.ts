import { type Assignment, type Calendar, filesFor, type NamedRelease, type RouteStops } from '@xiaolaba/protocol';
import type { Holding } from './holding.js';

/** Which of an assignment's releases have been found good, and which files were refused. */
export interface Judged {
  readonly assignment: Assignment;
  readonly releases: Map<string, NamedRelease>;
  readonly refused: Set<string>;
}

/** An assignment on its way into force. */
export interface Candidate extends Judged {
  readonly envelope: Uint8Array;
  calendar?: Calendar;
  route?: RouteStops;
  done: number;
  announced: number;
}

export const judgedOf = (assignment: Assignment): Judged => ({ assignment, releases: new Map(), refused: new Set() });

export const candidateOf = (assignment: Assignment, envelope: Uint8Array): Candidate => ({
  ...judgedOf(assignment),
  envelope,
  done: 0,
  announced: 0,
});

/** What is in force once it is; in the assignment's order, so that equal devices hold equal lists. */
export function holdingOf(candidate: Candidate): Holding | undefined {
  const { calendar, route } = candidate;
  return calendar && { ...releasesOf(candidate), calendar, ...(route ? { route } : {}) };
}

/** The same of its releases alone. */
export const releasesOf = ({ assignment, releases }: Judged): Pick<Holding, 'assignment' | 'releases'> => ({
  assignment,
  releases: assignment.releases.flatMap(({ sha256 }) => releases.get(sha256) ?? []),
});

/** The files of an assignment, as far as the releases tell that have been found. */
export function filesNamed(assignment: Assignment, releases: Iterable<NamedRelease>, profile: string): Set<string> {
  const files = new Set(assignment.releases.map(({ sha256 }) => sha256));
  files.add(assignment.calendar.sha256);
  if (assignment.route) files.add(assignment.route.sha256);
  for (const { release } of releases) for (const { sha256 } of filesFor(release, profile)) files.add(sha256);
  return files;
}
