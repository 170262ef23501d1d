import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { XiaolabaError } from '@xiaolaba/protocol';
import { measureCodecs } from './measure-codecs.js';
import type { MeasureOptions, MeasureSection, Progress } from './options.js';
import type { MeasureReport } from './report.js';

/** What a machine may lack and still measure the rest. */
const absenceOf = (error: unknown): string | undefined => {
  if (error instanceof XiaolabaError && error.code === 'ffmpeg-missing') return error.code;
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' && String(message).includes("'aedes'") ? 'aedes-missing' : undefined;
};

/**
 * Measures the device beside its peers on this machine. Leaves no process and no file behind.
 * @throws XiaolabaError `measure-*`; AbortError when aborted
 */
export async function runMeasure(
  options: MeasureOptions,
  signal: AbortSignal,
  progress: Progress,
): Promise<MeasureReport> {
  const root = await mkdtemp(join(options.directory, 'xiaolaba-measure-'));
  const skipped: { section: string; code: string }[] = [];
  const part = async <T>(section: MeasureSection, work: () => Promise<T>): Promise<T | undefined> => {
    if (!options.sections.includes(section)) return;
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const code = absenceOf(error);
      if (signal.aborted || code === undefined) throw error;
      skipped.push({ section, code });
      return;
    }
  };
  try {
    const codecs = await part('codecs', () => measureCodecs(options, progress));
    // A board has no broker; where one is measured, one is installed.
    const device = await part('device', async () => {
      const [{ TestGateway }, { measureDevice }] = await Promise.all([
        import('../testing/test-gateway.js'),
        import('./measure-device.js'),
      ]);
      const folder = join(root, 'device');
      await mkdir(folder);
      const gateway = await TestGateway.start();
      try {
        return await measureDevice(options, gateway, folder, signal, progress);
      } finally {
        await gateway.stop();
      }
    });
    const month = await part('month', async () => {
      const { measureMonth } = await import('./measure-month.js');
      return measureMonth(options, join(root, 'month'), signal, progress);
    });
    const processors = cpus();
    return {
      machine: {
        cores: processors.length,
        cpu: processors[0]?.model.trim() ?? '',
        memoryBytes: totalmem(),
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
      },
      seconds: options.seconds,
      rounds: options.rounds,
      ...(codecs ? { codecs } : {}),
      ...(device ? { device } : {}),
      ...(month ? { month } : {}),
      skipped,
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
