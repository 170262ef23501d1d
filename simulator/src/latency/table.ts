import { textTable } from '@xiaolaba/protocol/command-line';
import { type AlertReport, type Stage, stages } from './report.js';

export interface AlertTableTexts {
  readonly machine: (cores: number, cpu: string, memory: string, node: string) => string;
  readonly fleet: (devices: number, outputs: number, processes: number) => string;
  readonly stages: Readonly<Record<Stage, string>>;
  readonly columns: Readonly<Record<'stage' | 'count' | 'p50' | 'p90' | 'p99' | 'max', string>>;
  readonly each: (index: number, answered: string, p99: string, max: string, load: string, cpu: string) => string;
  readonly never: (count: number) => string;
  readonly errors: (count: number) => string;
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2);

/** The report as people read it. */
export function alertTable(report: AlertReport, t: AlertTableTexts): string {
  const { machine, devices, outputs, processes, overall, alerts, neverSounded, errors } = report;
  const { stage, count, p50, p90, p99, max } = t.columns;
  return [
    t.machine(machine.cores, machine.cpu, (machine.memoryBytes / 2 ** 30).toFixed(1), machine.node),
    t.fleet(devices, outputs, processes),
    '',
    ...textTable([
      [stage, count, p50, p90, p99, max],
      ...stages.map((name) => {
        const one = overall[name];
        return [t.stages[name], String(one.count), ...[one.p50, one.p90, one.p99, one.max].map(seconds)];
      }),
    ]),
    '',
    ...alerts.map(({ answeredMs, loadBefore, cpuMs, stages: { sounded } }, index) =>
      t.each(
        index + 1,
        seconds(answeredMs),
        seconds(sounded.p99),
        seconds(sounded.max),
        loadBefore.toFixed(1),
        `${seconds(cpuMs.gateway)} + ${seconds(cpuMs.devices)}`,
      ),
    ),
    t.never(neverSounded),
    ...(errors.length > 0 ? [t.errors(errors.length), ...errors.slice(0, 5)] : []),
    '',
  ].join('\n');
}
