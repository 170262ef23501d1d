import { escaped } from './escaped.js';
import type { Evidence, SeenMessage } from './verdict.js';

const width = 920;
const left = 150;
const laneHeight = 26;
const lanes = ['down', 'up', 'records', 'files', 'played'] as const;
type Lane = (typeof lanes)[number];

const names: Readonly<Record<Lane, readonly [zh: string, en: string]>> = {
  down: ['下发', 'down'],
  up: ['上报', 'up'],
  records: ['播放记录', 'records'],
  files: ['取文件', 'files'],
  played: ['实际播放', 'played'],
};

const laneOf = ({ kind }: SeenMessage): Lane => {
  if (kind === 'down') return 'down';
  if (kind === 'records') return 'records';
  return kind === 'blob' || kind === 'enrolled' ? 'files' : 'up';
};

/** How a message is drawn: by its meaning, and told apart by shape as well as by colour. */
function markOf({ kind, text }: SeenMessage, x: number, y: number): string {
  const isBad = kind === 'refused' || (kind === 'progress' && text.includes('refused')) || text.endsWith('broken');
  if (kind === 'connect' || kind === 'disconnect') {
    const tone = kind === 'connect' ? 'good' : 'bad';
    return `<path class="${tone}" d="M${x} ${y - 9}V${y + 9}" stroke-width="2.5" fill="none"/>`;
  }
  if (isBad) return `<path class="bad" d="M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x + 4} ${y - 4}L${x - 4} ${y + 4}"/>`;
  if (kind === 'beat') return `<circle class="faint" cx="${x}" cy="${y}" r="2.5"/>`;
  return `<circle class="dot" cx="${x}" cy="${y}" r="4"/>`;
}

/** What went over the wire during one check, and what played; time from left to right. */
export function timelineOf({ from, to, messages, plays }: Evidence): string {
  const span = Math.max(1000, to - from);
  const x = (at: number): number =>
    Math.round((left + ((Math.min(Math.max(at, from), to) - from) / span) * (width - left - 16)) * 10) / 10;
  const y = (lane: Lane): number => 18 + lanes.indexOf(lane) * laneHeight;
  const height = 18 + lanes.length * laneHeight + 14;
  const tick = tickOf(span);
  const parts: string[] = [];
  for (let at = 0; at <= span; at += tick) {
    const px = x(from + at);
    parts.push(
      `<path class="grid" d="M${px} 6V${height - 20}"/>`,
      `<text class="axis" x="${px}" y="${height - 6}">${at / 1000} s</text>`,
    );
  }
  for (const lane of lanes) {
    const [zh, en] = names[lane];
    parts.push(
      `<path class="lane" d="M${left} ${y(lane)}H${width - 16}"/>`,
      `<text x="8" y="${y(lane) + 4}">${zh} <tspan class="en">${en}</tspan></text>`,
    );
  }
  for (const message of messages) {
    const title = `${((message.at - from) / 1000).toFixed(1)} s ${message.kind} ${message.text}`;
    parts.push(`<g>${markOf(message, x(message.at), y(laneOf(message)))}<title>${escaped(title)}</title></g>`);
  }
  for (const play of plays) {
    const begin = x(play.startedAt);
    const isOn = play.playedMs > 0;
    const length = Math.max(3, x(play.startedAt + play.playedMs) - begin);
    const why = [play.result, play.cause, play.volume === null ? '' : `${play.volume} %`].filter(Boolean).join(' ');
    const title = escaped(`${play.output} ${play.campaign}: ${play.playedMs} ms ${why}`);
    const top = y('played') - 8;
    parts.push(
      `<rect class="${isOn ? 'on' : 'off'}" x="${begin}" y="${top}" width="${length}" height="16" rx="2"><title>${title}</title></rect>`,
    );
  }
  const label = escaped(`${messages.length} messages, ${plays.length} plays`);
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${parts.join('')}</svg>`;
}

/** Seconds between two lines, so that there are about six. */
function tickOf(span: number): number {
  const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600].map((seconds) => seconds * 1000);
  return steps.find((step) => span / step <= 8) ?? 1_200_000;
}
