import type { Stretch } from './stretch.js';
import type { NoReply } from './voice-line.js';

/** `unknown`: it is there and doesn't tell. */
export type ModuleState = 'playing' | 'paused' | 'stopped' | 'unknown';

/** `overran`: the time of the sound is over, and the module goes on. */
export type Outcome = 'finished' | 'overran' | 'aborted' | 'not-held' | 'output';

export interface Course {
  /** Asks the module, with retries. */
  state(): Promise<ModuleState | NoReply>;
  /** Milliseconds between two looks. */
  readonly pollMs: number;
  /** Milliseconds that the file takes; absent where only the module knows. */
  readonly expectedMs?: number;
  /** Milliseconds before which it can't be over: a sound that stops sooner was broken off. */
  readonly earliestMs: number;
  /** Past this it hangs. */
  readonly limitMs: number;
}

/** A module that was told to play may say for a while that it doesn't. */
const settleMs = 1000;
/** A look shortly after the end finds it where the module's own word got lost. */
const afterEndMs = 300;
const lateLookMs = 500;
const overrunMs = 3000;

/** The course of a file: decoders differ by per cents, not more. */
export const courseOfFile = (expectedMs: number) => ({
  expectedMs,
  earliestMs: Math.max(0, 0.9 * expectedMs - 1000),
  limitMs: expectedMs + overrunMs,
});

function waitMs(stretchMs: number, { pollMs, expectedMs }: Course): number {
  if (expectedMs === undefined) return pollMs;
  const rest = expectedMs + afterEndMs - stretchMs;
  return rest > 0 ? Math.min(pollMs, rest) : lateLookMs;
}

/**
 * Waits until a sound that has begun is over. What the module says by itself is held against its state: an end may be
 * announced twice, the second time in the next sound, and noise may look like an announcement.
 */
export async function follow(stretch: Stretch, course: Course): Promise<Outcome> {
  const { expectedMs, earliestMs, limitMs } = course;
  const beganMs = stretch.elapsedMs;
  for (;;) {
    const note = await stretch.next(waitMs(stretch.elapsedMs - beganMs, course));
    if (stretch.signal.aborted) return 'aborted';
    if (note?.kind === 'lost' || note?.kind === 'refused') {
      stretch.end();
      return note.kind === 'lost' ? 'output' : note.reason;
    }
    const lookedMs = stretch.elapsedMs;
    const spanMs = lookedMs - beganMs;
    const isEarly = spanMs < earliestMs;
    const state = await course.state();
    if (stretch.signal.aborted) return 'aborted';
    const endHere = (outcome: Outcome): Outcome => {
      stretch.end(stretch.elapsedMs - lookedMs);
      return outcome;
    };
    if (state === 'stopped' || state === 'paused') {
      if (!isEarly && (spanMs >= settleMs || note?.kind === 'finished')) {
        if (note?.kind !== 'started' && !stretch.hasRestarted) return endHere('finished');
      } else if (spanMs < settleMs) continue;
      stretch.endUnseen();
      return 'output';
    }
    if (state === 'unknown' && note) {
      if (note.kind === 'finished' && !isEarly) return endHere('finished');
      if (note.kind === 'started') {
        stretch.endUnseen();
        return 'output';
      }
    }
    if (state === 'silence' || state === 'down') {
      stretch.endUnseen();
      return 'output';
    }
    if (state === 'cut') continue;
    stretch.confirm();
    if (state === 'unknown' && expectedMs !== undefined && spanMs >= expectedMs + afterEndMs)
      return endHere('finished');
    if (spanMs >= limitMs) return endHere(expectedMs === undefined ? 'output' : 'overran');
  }
}
