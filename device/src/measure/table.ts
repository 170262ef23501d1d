import { type Comparison, comparisonTable, scaled } from '@xiaolaba/protocol/command-line';
import type { MeasureTexts } from './messages.js';
import type { MeasureSection } from './options.js';
import type { MeasureReport } from './report.js';

const megabyte = 1 / 2 ** 20;

/** The report as people read it. */
export function measureTable(report: MeasureReport, t: MeasureTexts): string {
  const { machine, codecs, device, month } = report;
  const rows: [string, Comparison][] = [];
  const notes: string[] = [];
  for (const { protocol, peer, decode, encode } of codecs ?? [])
    rows.push([t.decode(protocol, peer), decode], [t.encode(protocol), encode]);
  if (device) {
    rows.push(
      [t.idleCpu, device.idleCpu],
      [t.idleRss, scaled(device.idleRss, megabyte)],
      [t.playingCpu, device.playingCpu],
      [t.playingRss, scaled(device.playingRss, megabyte)],
      [t.coldStart, device.coldStart],
    );
  }
  if (month) {
    const { days } = month;
    rows.push([t.monthRss(days.length), scaled(month.rss, megabyte)]);
    rows.push([t.monthHeap(days.length, Math.min(5, days.length)), scaled(month.heap, megabyte)]);
    notes.push(t.plays(days.at(-1)?.plays ?? 0, month.reported));
  }
  for (const { section, code } of report.skipped) notes.push(t.skipped(t.sections[section as MeasureSection], code));
  return [
    t.machine(machine.cores, machine.cpu, (machine.memoryBytes / 2 ** 30).toFixed(1), machine.node),
    t.rounds(report.rounds, report.seconds),
    '',
    ...comparisonTable(t.columns, rows),
    '',
    ...notes,
    '',
  ].join('\n');
}
