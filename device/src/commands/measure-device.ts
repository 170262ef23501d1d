import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { measureTexts } from '../measure/messages.js';
import { defaultOptions, type MeasureSection, measureSections } from '../measure/options.js';
import { measureTable } from '../measure/table.js';

const isSection = (name: string): name is MeasureSection => (measureSections as readonly string[]).includes(name);

/** Measures this device beside what it is built on, on this very machine. */
export const measureDeviceCommand: CommandSpec = {
  name: 'measure-device',
  summary: {
    zh: '在本机测量终端：编解码、处理器与内存、一个月的内存',
    en: 'Measure the device here: codecs, processor and memory, memory over a month',
  },
  usage: {
    zh: `用法：xiaolaba measure-device [--seconds 24] [--only codecs,device,month] [--json]

  --seconds  每项每方的测量时长，分三轮交替进行
  --only     只测其中几项
  编解码：各协议每秒解码、编码的帧数，对比只复制字节（nmea0183 对比 gps 库）
  终端：空闲和播放时的处理器与内存，对比裸 MQTT 客户端和 ffmpeg；冷启动到第一声
  一个月：模拟时间的 30 天，每天播放一百次、换一次下发单、断网四次，看内存是否增长
  全部在 127.0.0.1 和临时目录中进行，结束后不留任何进程和文件。`,
    en: `Usage: xiaolaba measure-device [--seconds 24] [--only codecs,device,month] [--json]

  --seconds  time measured for each side of each line, spread over three alternating rounds
  --only     only these parts
  codecs: frames a second of each protocol, against copying the bytes (nmea0183 against the gps library)
  device: processor and memory, idle and playing, against a bare MQTT client and ffmpeg; cold start to the first sound
  month: 30 days of simulated time with a hundred plays, a new assignment and four link losses a day: memory must not grow
  Everything stays on 127.0.0.1 and in a temporary directory; no process and no file is left behind.`,
  },
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { seconds: { type: 'string' }, only: { type: 'string' }, json: { type: 'boolean' } },
    });
    const t = measureTexts[io.language];
    const seconds = values.seconds === undefined ? defaultOptions.seconds : Number(values.seconds);
    if (!(seconds >= 0.1 && seconds <= 3600)) {
      io.stderr(t.badSeconds);
      return 2;
    }
    const names = values.only?.split(',').map((name) => name.trim()) ?? [...measureSections];
    const unknown = names.find((name) => !isSection(name));
    if (unknown !== undefined) {
      io.stderr(t.unknownSection(unknown));
      return 2;
    }
    const { runMeasure } = await import('../measure/run.js');
    const options = { ...defaultOptions, seconds, sections: names.filter(isSection) };
    const report = await runMeasure(options, io.signal, (section, step, of) =>
      io.stderr(t.progress(t.sections[section], step, of)),
    ).catch((error: unknown) => {
      // What fails while it is being ended fails because of that.
      if (io.signal.aborted) return undefined;
      throw error;
    });
    if (!report) {
      io.stderr(t.stopped);
      return 1;
    }
    io.stdout(values.json ? `${JSON.stringify(report, null, 2)}\n` : measureTable(report, t));
    return 0;
  },
};
