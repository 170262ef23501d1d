import { parseArgs } from 'node:util';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { benchTexts } from '../bench/messages.js';
import { type BenchSection, benchSections, defaultOptions } from '../bench/options.js';
import { runBench } from '../bench/run.js';
import { benchTable } from '../bench/table.js';

const isSection = (name: string): name is BenchSection => (benchSections as readonly string[]).includes(name);

/** Measures this gateway beside what it is built on, on this very machine. */
export const measureCommand: CommandSpec = {
  name: 'measure',
  summary: {
    zh: '在本机测量网关，与裸 aedes、ffmpeg 并列对比',
    en: 'Measure the gateway here, side by side with bare aedes and ffmpeg',
  },
  usage: {
    zh: `用法：xiaolaba measure [--seconds 8] [--only beats,records,audio,memory] [--json]

  --seconds  每项每方的测量时长，分三轮交替进行
  --only     只测其中几项
  心跳：整个网关每秒收下的心跳，对比裸 aedes 的 QoS 0
  播放记录：验签、落盘（SQLite 提交并同步）、确认之后才算数，对比裸 aedes 的 QoS 1（不验、不存）
  音频：每分钟音频的处理时间，对比手工 ffmpeg
  内存：2000 个空闲终端，每个连接占用多少
  全部在 127.0.0.1 和临时目录中进行，结束后不留任何进程和文件。`,
    en: `Usage: xiaolaba measure [--seconds 8] [--only beats,records,audio,memory] [--json]

  --seconds  time measured for each side of each line, spread over three alternating rounds
  --only     only these parts
  beats: taken in by the whole gateway each second, against QoS 0 through bare aedes
  records: count when verified, durable (SQLite commit with sync) and acknowledged, against QoS 1 through bare aedes (which neither verifies nor keeps)
  audio: time for a minute of audio, against ffmpeg by hand
  memory: what each of 2000 idle devices costs
  Everything stays on 127.0.0.1 and in a temporary directory; no process and no file is left behind.`,
  },
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { seconds: { type: 'string' }, only: { type: 'string' }, json: { type: 'boolean' } },
    });
    const t = benchTexts[io.language];
    const seconds = values.seconds === undefined ? defaultOptions.seconds : Number(values.seconds);
    if (!(seconds >= 0.1 && seconds <= 600)) {
      io.stderr(t.badSeconds);
      return 2;
    }
    const names = values.only?.split(',').map((name) => name.trim()) ?? [...benchSections];
    const unknown = names.find((name) => !isSection(name));
    if (unknown !== undefined) {
      io.stderr(t.unknownSection(unknown));
      return 2;
    }
    const options = { ...defaultOptions, seconds, sections: names.filter(isSection) };
    const report = await runBench(options, io.signal, (section, round, of) =>
      io.stderr(t.progress(t.sections[section], round, of)),
    ).catch((error: unknown) => {
      // What fails while it is being ended fails because of that.
      if (io.signal.aborted) return undefined;
      throw error;
    });
    if (!report) {
      io.stderr(t.stopped);
      return 1;
    }
    io.stdout(values.json ? `${JSON.stringify(report, null, 2)}\n` : benchTable(report, t));
    const kept = report.records?.conservation;
    if (kept && (kept.acknowledged !== kept.stored || kept.rejected > 0)) {
      io.stderr(t.lost);
      return 1;
    }
    return 0;
  },
};
