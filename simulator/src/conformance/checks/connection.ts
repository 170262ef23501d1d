import { profileOutputs } from '@xiaolaba/protocol';
import type { HarnessEvent, HarnessEventOf } from '../../harness/harness-events.js';
import { patienceMs } from '../examiner.js';
import { CheckFailed } from '../verdict.js';
import type { Check } from './check.js';

export const enrolment: Check = {
  id: 'enrolment',
  async run(x) {
    const seen = [...x.history, ...x.events];
    const enrolled = seen.filter(({ kind }) => kind === 'enrolled').length;
    const again = seen.filter((event) => event.kind === 'refused' && event.body.about === 'enrol').length;
    if (enrolled !== 1 || again > 0) throw new CheckFailed('claim-spent-again', { enrolled, refused: again });
    await x.untilConnected();
    const isOnline = (event: HarnessEvent): event is HarnessEventOf<'status'> =>
      event.kind === 'status' && event.body.state === 'online';
    const online =
      x.history.findLast(isOnline) ??
      (await x.until('status', 0, 'not-connected', ({ body }) => body.state === 'online'));
    const mark = x.mark();
    x.harness.disconnect(x.subject.device);
    const isWill = ({ body }: HarnessEventOf<'status'>): boolean =>
      body.state === 'offline' && body.boot === online.body.boot;
    await x.until('status', mark, 'no-last-will', isWill);
    await x.until('connect', mark, 'not-connected', undefined, 8 * patienceMs);
    return { boot: online.body.boot };
  },
};

export const helloFirst: Check = {
  id: 'hello-first',
  async run(x) {
    const mark = await x.reconnect();
    await x.until('hello', mark, 'no-hello');
    const since = x.events.slice(mark);
    const connected = since.findIndex(({ kind }) => kind === 'connect');
    const first = since.slice(connected + 1).find(({ kind }) => !quiet.has(kind));
    if (first?.kind !== 'hello') throw new CheckFailed('hello-late', { first: first?.kind ?? '' });
    const status = since.find((event): event is HarnessEventOf<'status'> => event.kind === 'status');
    const { body } = first;
    const { profile } = x.subject;
    const outputs = profileOutputs[profile];
    const wrong = {
      profile: body.profile !== profile,
      outputs: [...body.outputs].sort().join() !== [...outputs].sort().join(),
      protocol: body.protocol.min > 1 || body.protocol.max < 1,
      sign: outputs.includes('text') === (body.sign === null),
      boot: status !== undefined && status.body.state === 'online' && status.body.boot !== body.boot,
    };
    const fields = Object.entries(wrong).flatMap(([field, isWrong]) => (isWrong ? field : []));
    if (fields.length > 0) throw new CheckFailed('hello-wrong', { fields: fields.join(' ') });
    return { firmware: body.firmware, clock: body.clock, unreported: body.unreported };
  },
};

/** What comes beside the messages that the device chooses to send; a last will is none. */
const quiet: ReadonlySet<string> = new Set(['connect', 'disconnect', 'status', 'down', 'blob', 'enrolled']);

export const beatRate: Check = {
  id: 'beat-rate',
  async run(x) {
    const periodMs = x.subject.beatSeconds * 1000;
    await x.untilConnected();
    const from = x.now;
    const mark = x.mark();
    await x.sleep((x.subject.simulated ? 3.5 : 2.2) * periodMs);
    const beats = x.events.slice(mark).flatMap((event) => (event.kind === 'beat' ? event.body.at : []));
    const at = [from, ...beats, x.now];
    const longestMs = Math.max(...at.slice(1).map((time, index) => time - (at[index] ?? time)));
    const details = { beats: beats.length, longestMs, periodMs };
    if (longestMs > 1.5 * periodMs + patienceMs / 10) throw new CheckFailed('beats-slow', details);
    // Some come beside the regular ones, when something changes; a device that is idle has no reason for many.
    if (beats.length > 10) throw new CheckFailed('beats-many', details);
    return details;
  },
};
