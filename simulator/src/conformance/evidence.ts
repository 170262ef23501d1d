import type { HarnessEvent } from '../harness/harness-events.js';
import type { Evidence, SeenMessage, SeenPlay } from './verdict.js';

/** More than this of one check nobody reads. */
const mostMessages = 300;

/** What a check saw, as a reader can take it in. */
export function evidenceOf(events: readonly HarnessEvent[], from: number, to: number): Evidence {
  const plays: SeenPlay[] = [];
  const seen = new Set<string>();
  for (const event of events) {
    if (event.kind !== 'records' || event.body.chain === 'broken') continue;
    for (const { record, seq } of event.body.read.accepted) {
      const key = `${event.body.batch.boot}/${seq}`;
      if (record.kind !== 'play' || seen.has(key)) continue;
      seen.add(key);
      const { campaign, output, startedAt, playedMs, result, cause, volume } = record;
      plays.push({ campaign, output, startedAt, playedMs, result, cause: cause ?? null, volume: volume ?? null });
    }
  }
  const messages = events
    .slice(0, mostMessages)
    .map((event): SeenMessage => ({ at: event.at, kind: event.kind, text: textOf(event) }));
  return { from, to, messages, plays };
}

function textOf({ kind, body }: HarnessEvent): string {
  switch (kind) {
    case 'connect':
    case 'disconnect':
      return '';
    case 'hello':
      return `${body.profile} ${body.boot} v${body.assignment} ${body.clock}`;
    case 'beat':
      return `${body.clock} ${body.playing.map(({ output, campaign }) => `${output}:${campaign}`).join(' ')}`.trim();
    case 'progress':
      return [`v${body.assignment}`, body.stage, body.reason, body.release?.slice(0, 8)].filter(Boolean).join(' ');
    case 'status':
      return `${body.state} ${body.boot}`;
    case 'records':
      return `${body.batch.first}–${body.read.next - 1} ${body.chain}`;
    case 'blob':
      return `${body.sha256.slice(0, 8)} ${body.from} ${body.over} ${body.status}`;
    case 'refused':
      return `${body.about} ${body.code}`;
    case 'down':
      return `${body.topic} ${body.bytes} B`;
    case 'enrolled':
      return `${body.profile} ${body.place}`;
  }
}
