import { type Comparison, comparisonTable, scaled } from '@xiaolaba/protocol/command-line';
import type { BenchTexts } from './messages.js';
import type { BenchSection } from './options.js';
import type { BenchReport } from './report.js';

/** The report as people read it. */
export function benchTable(report: BenchReport, t: BenchTexts): string {
  const { machine } = report;
  const rows: [string, Comparison][] = [];
  const notes: string[] = [];
  const add = (what: string, one: Comparison) => rows.push([what, one]);
  if (report.beats) add(t.beats(report.beats.connections, report.beats.payloadBytes), report.beats.messages);
  for (const one of report.records?.batches ?? []) {
    add(t.batches(one.recordsPerBatch, one.payloadBytes), one.messages);
    add(t.recordsOf(one.recordsPerBatch), one.records);
  }
  if (report.records) {
    const { acknowledged, stored, rejected } = report.records.conservation;
    notes.push(t.conserved(acknowledged, stored, rejected));
  }
  for (const one of report.audio ?? []) {
    add(t.audio(one.clipSeconds), one.perMinute);
    const { target, ours, peer } = one.lufs;
    notes.push(t.lufs(target.toFixed(1), ours.toFixed(1), peer.toFixed(1)).trim());
  }
  for (const what of ['rss', 'heap'] as const)
    if (report.memory) add(t.memory(report.memory.connections, what), scaled(report.memory[what], 1 / 1024));
  for (const { section, code } of report.skipped) notes.push(t.skipped(t.sections[section as BenchSection], code));

  const gigabytes = (machine.memoryBytes / 2 ** 30).toFixed(1);
  return [
    t.machine(machine.cores, machine.cpu, gigabytes, machine.node, machine.aedes),
    t.rounds(report.rounds, report.seconds),
    '',
    ...comparisonTable(t.columns, rows),
    '',
    ...notes,
    '',
  ].join('\n');
}
