import type { BenchTexts } from './messages.js';
import type { BenchSection } from './options.js';
import type { BenchReport, Comparison, Spread } from './report.js';

/** Columns that a terminal gives a text: Chinese characters and full-width signs take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text)
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
      character,
    )
      ? 2
      : 1;
  return columns;
}

const pad = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)));
const padLeft = (text: string, to: number): string => ' '.repeat(Math.max(0, to - width(text))) + text;

const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 10 ? 1 : 2);
const spreadText = ({ median, min }: Spread): string => `${figure(median)} (${figure(min)})`;
const scaled = ({ ours, peer, ratio }: Comparison, by: number): Comparison => ({
  ours: { min: ours.min * by, median: ours.median * by },
  peer: { min: peer.min * by, median: peer.median * by },
  ratio,
});

/** The report as people read it. */
export function benchTable(report: BenchReport, t: BenchTexts): string {
  const { machine } = report;
  const rows: string[][] = [[t.columns.what, t.columns.ours, t.columns.peer, t.columns.ratio]];
  const notes: string[] = [];
  const add = (what: string, one: Comparison) =>
    rows.push([what, spreadText(one.ours), spreadText(one.peer), one.ratio.toFixed(2)]);
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

  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? pad : padLeft)(cell, widths[column] ?? 0)).join('  '),
  );
  const gigabytes = (machine.memoryBytes / 2 ** 30).toFixed(1);
  return [
    t.machine(machine.cores, machine.cpu, gigabytes, machine.node, machine.aedes),
    t.rounds(report.rounds, report.seconds),
    '',
    ...lines,
    '',
    ...notes,
    '',
  ].join('\n');
}
