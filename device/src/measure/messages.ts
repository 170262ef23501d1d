import type { MeasureSection } from './options.js';

export interface MeasureTexts {
  readonly sections: Readonly<Record<MeasureSection, string>>;
  readonly columns: { readonly what: string; readonly ours: string; readonly peer: string; readonly ratio: string };
  machine(cores: number, cpu: string, gigabytes: string, node: string): string;
  rounds(rounds: number, seconds: number): string;
  decode(protocol: string, peer: 'copy' | 'gps'): string;
  encode(protocol: string): string;
  readonly idleCpu: string;
  readonly idleRss: string;
  readonly playingCpu: string;
  readonly playingRss: string;
  readonly coldStart: string;
  monthRss(days: number): string;
  monthHeap(days: number, settled: number): string;
  plays(played: number, reported: number): string;
  skipped(section: string, code: string): string;
  progress(section: string, step: number, of: number): string;
  unknownSection(name: string): string;
  readonly badSeconds: string;
  readonly stopped: string;
}

export const measureTexts: Readonly<Record<'zh-CN' | 'en', MeasureTexts>> = {
  'zh-CN': {
    sections: { codecs: '编解码', device: '终端', month: '一个月' },
    columns: { what: '项目', ours: '小喇叭 中位数（最小）', peer: '对照 中位数（最小）', ratio: '比值' },
    machine: (cores, cpu, gigabytes, node) => `本机：${cores} 核 ${cpu}，内存 ${gigabytes} GB，Node ${node}`,
    rounds: (rounds, seconds) =>
      `小喇叭与对照轮流各 ${rounds} 轮，每项每方共计约 ${seconds} 秒；比值 = 小喇叭 ÷ 对照（中位数）`,
    decode: (protocol, peer) => `${protocol} 解码 帧/秒（对照 ${peer === 'gps' ? 'gps 库' : '只复制字节'}）`,
    encode: (protocol) => `${protocol} 编码 帧/秒（对照 只复制字节）`,
    idleCpu: '空闲终端每小时 CPU 毫秒（对照 已连接的裸 MQTT 客户端）',
    idleRss: '空闲终端常驻内存 MB（同上）',
    playingCpu: '播放中每小时 CPU 毫秒，含解码（对照 裸 ffmpeg 播放同一文件）',
    playingRss: '播放中终端常驻内存 MB（对照 裸 MQTT 客户端）',
    coldStart: '冷启动到第一声 毫秒（对照 裸 ffmpeg）',
    monthRss: (days) => `模拟 ${days} 天中最高常驻内存 MB（对照 裸 MQTT 客户端）`,
    monthHeap: (days, settled) => `第 ${days} 天末堆内存 MB（对照 自己第 ${settled} 天末）`,
    plays: (played, reported) => `播放 ${played} 次，网关收到完整播放记录 ${reported} 条`,
    skipped: (section, code) => `未测：${section}（${code}）`,
    progress: (section, step, of) => `${section}：${step}/${of}\n`,
    unknownSection: (name) => `没有“${name}”这一项，可选 codecs、device、month。\n`,
    badSeconds: '--seconds 须为 0.1 到 3600 之间的数。\n',
    stopped: '已中止，没有结果。\n',
  },
  en: {
    sections: { codecs: 'codecs', device: 'device', month: 'month' },
    columns: { what: 'what', ours: 'xiaolaba median (min)', peer: 'peer median (min)', ratio: 'ratio' },
    machine: (cores, cpu, gigabytes, node) => `Machine: ${cores} cores ${cpu}, ${gigabytes} GB, Node ${node}`,
    rounds: (rounds, seconds) =>
      `Xiaolaba and peer took turns, ${rounds} rounds, about ${seconds} s for each side of each line; ratio = xiaolaba ÷ peer (medians)`,
    decode: (protocol, peer) =>
      `${protocol} frames/s decoded (against ${peer === 'gps' ? 'the gps library' : 'copying the bytes'})`,
    encode: (protocol) => `${protocol} frames/s encoded (against copying the bytes)`,
    idleCpu: 'CPU ms an hour, idle device (against a bare MQTT client, connected)',
    idleRss: 'resident MB, idle device (against the same)',
    playingCpu: 'CPU ms an hour, playing, with the decoder (against ffmpeg alone, same file)',
    playingRss: 'resident MB, playing device (against a bare MQTT client)',
    coldStart: 'ms from cold start to the first sound (against ffmpeg alone)',
    monthRss: (days) => `most resident MB in ${days} simulated days (against a bare MQTT client)`,
    monthHeap: (days, settled) => `heap MB at the end of day ${days} (against its own of day ${settled})`,
    plays: (played, reported) => `${played} plays, ${reported} records of complete ones at the gateway`,
    skipped: (section, code) => `not measured: ${section} (${code})`,
    progress: (section, step, of) => `${section}: ${step} of ${of}\n`,
    unknownSection: (name) => `There is no part "${name}"; choose from codecs, device, month.\n`,
    badSeconds: '--seconds must be a number from 0.1 to 3600.\n',
    stopped: 'Stopped before the end: no result.\n',
  },
};
