import type { Assignment, JournalRecord } from '@xiaolaba/protocol';
import type { HarnessEventOf } from '../../harness/harness-events.js';
import { atMidnight } from '../content.js';
import { type Examiner, patienceMs } from '../examiner.js';
import { CheckFailed, type Details } from '../verdict.js';

type ReleaseRef = Assignment['releases'][number];
type Active = Extract<JournalRecord, { kind: 'active' }>;

/**
 * Gives a device releases that it must not take, among one that it must: it has to tell each refusal, and to bring
 * into force the good one alone.
 */
export async function refusesReleases(x: Examiner, bad: Readonly<Record<string, ReleaseRef>>): Promise<Details> {
  const good = await x.approve(x.release(x.campaign('g'), { cue: { timing: atMidnight } }));
  const mark = x.mark();
  const { version } = await x.activate([...Object.values(bad), good]);
  const reasons: Record<string, string> = {};
  for (const [what, { sha256 }] of Object.entries(bad)) {
    const told = await x.maybe(
      'progress',
      mark,
      ({ body }) => body.stage === 'refused' && body.release === sha256,
      patienceMs / 2,
    );
    if (!told) throw new CheckFailed('no-refusal', { what });
    reasons[what] = told.body.reason ?? '';
  }
  const isOurs = (record: JournalRecord): record is Active => record.kind === 'active' && record.assignment === version;
  const active = await x.maybeRecord(isOurs);
  if (!active) throw new CheckFailed('not-activated');
  const taken = Object.entries(bad).find(([, { sha256 }]) => active.releases.includes(sha256));
  if (taken) throw new CheckFailed('accepted', { what: taken[0] });
  if (active.releases.join() !== good.sha256)
    throw new CheckFailed('accepted', { releases: active.releases.length, expected: 1 });
  return reasons;
}

/**
 * Gives a device an assignment that it must not take, and then one that it must.
 * @param version as the message claims it
 * @param isToldAlways whether it must say that it refuses; where the message may be too large to be read, it may not
 */
export async function refusesAssignment(
  x: Examiner,
  what: string,
  version: number,
  send: () => Promise<unknown>,
  isToldAlways = true,
): Promise<Details> {
  const mark = x.mark();
  await send();
  const answers = ({ body }: HarnessEventOf<'progress'>): boolean =>
    body.stage === 'active' || (body.stage === 'refused' && body.assignment === version);
  const answer = await x.maybe('progress', mark, answers, patienceMs / 2);
  if (answer?.body.stage === 'active') throw new CheckFailed('accepted', { what });
  if (!answer && isToldAlways) throw new CheckFailed('no-refusal', { what });
  await x.activate([]);
  const other = x.events
    .slice(mark)
    .find((event) => event.kind === 'progress' && event.body.stage === 'active' && event.body.assignment === version);
  if (other) throw new CheckFailed('accepted', { what });
  return { [what]: answer?.body.reason ?? '' };
}
