import type { BenchSection } from './options.js';

export interface BenchTexts {
  readonly sections: Readonly<Record<BenchSection, string>>;
  readonly columns: { readonly what: string; readonly ours: string; readonly peer: string; readonly ratio: string };
  machine(cores: number, cpu: string, gigabytes: string, node: string, aedes: string): string;
  rounds(rounds: number, seconds: number): string;
  beats(connections: number, bytes: number): string;
  batches(perBatch: number, bytes: number): string;
  recordsOf(perBatch: number): string;
  conserved(acknowledged: number, stored: number, rejected: number): string;
  audio(clipSeconds: number): string;
  lufs(target: string, ours: string, peer: string): string;
  memory(connections: number, what: 'rss' | 'heap'): string;
  skipped(section: string, code: string): string;
  progress(section: string, round: number, of: number): string;
  unknownSection(name: string): string;
  badSeconds: string;
  lost: string;
  stopped: string;
}

export const benchTexts: Readonly<Record<'zh-CN' | 'en', BenchTexts>> = {
  'zh-CN': {
    sections: { beats: '心跳', records: '播放记录', audio: '音频', memory: '内存' },
    columns: { what: '项目', ours: '小喇叭 中位数（最小）', peer: '对照 中位数（最小）', ratio: '比值' },
    machine: (cores, cpu, gigabytes, node, aedes) =>
      `本机：${cores} 核 ${cpu}，内存 ${gigabytes} GB，Node ${node}；对照：aedes ${aedes}，ffmpeg`,
    rounds: (rounds, seconds) =>
      `网关与对照轮流各 ${rounds} 轮，每项每方共计约 ${seconds} 秒；比值 = 小喇叭 ÷ 对照（中位数）`,
    beats: (connections, bytes) => `心跳 条/秒，QoS 0，${connections} 个连接，${bytes} 字节`,
    batches: (perBatch, bytes) => `签名批次 个/秒，QoS 1，每批 ${perBatch} 条，${bytes} 字节`,
    recordsOf: (perBatch) => `　其中播放记录 条/秒（每批 ${perBatch} 条）`,
    conserved: (acknowledged, stored, rejected) => `已确认 ${acknowledged} 条，库中 ${stored} 条，拒收 ${rejected} 条`,
    audio: (clipSeconds) => `每分钟音频的处理秒数（${clipSeconds} 秒的录音，对照 ffmpeg）`,
    lufs: (target, ours, peer) => `　成品响度：目标 ${target}，小喇叭 ${ours}，对照 ${peer} LUFS`,
    memory: (connections, what) =>
      `每个连接的${what === 'rss' ? '常驻内存' : '堆内存'} KB（${connections} 个空闲终端）`,
    skipped: (section, code) => `未测：${section}（${code}）`,
    progress: (section, round, of) => `${section}：第 ${round}/${of} 轮\n`,
    unknownSection: (name) => `没有“${name}”这一项，可选 beats、records、audio、memory。\n`,
    badSeconds: '--seconds 须为 0.1 到 600 之间的数。\n',
    lost: '已确认的记录与库中不符：这是缺陷。\n',
    stopped: '已中止，没有结果。\n',
  },
  en: {
    sections: { beats: 'beats', records: 'records', audio: 'audio', memory: 'memory' },
    columns: { what: 'what', ours: 'xiaolaba median (min)', peer: 'peer median (min)', ratio: 'ratio' },
    machine: (cores, cpu, gigabytes, node, aedes) =>
      `Machine: ${cores} cores ${cpu}, ${gigabytes} GB, Node ${node}; peers: aedes ${aedes}, ffmpeg`,
    rounds: (rounds, seconds) =>
      `Gateway and peer took turns, ${rounds} rounds, about ${seconds} s for each side of each line; ratio = xiaolaba ÷ peer (medians)`,
    beats: (connections, bytes) => `beats/s, QoS 0, ${connections} connections, ${bytes} bytes`,
    batches: (perBatch, bytes) => `signed batches/s, QoS 1, ${perBatch} a batch, ${bytes} bytes`,
    recordsOf: (perBatch) => `  play records/s (${perBatch} a batch)`,
    conserved: (acknowledged, stored, rejected) =>
      `${acknowledged} acknowledged, ${stored} stored, ${rejected} rejected`,
    audio: (clipSeconds) => `seconds of work a minute of audio (a clip of ${clipSeconds} s, against ffmpeg)`,
    lufs: (target, ours, peer) => `  loudness: target ${target}, xiaolaba ${ours}, peer ${peer} LUFS`,
    memory: (connections, what) =>
      `${what === 'rss' ? 'resident' : 'heap'} KB a connection (${connections} idle devices)`,
    skipped: (section, code) => `not measured: ${section} (${code})`,
    progress: (section, round, of) => `${section}: round ${round} of ${of}\n`,
    unknownSection: (name) => `There is no part "${name}"; choose from beats, records, audio, memory.\n`,
    badSeconds: '--seconds must be a number from 0.1 to 600.\n',
    lost: 'What was acknowledged is not what is stored: a defect.\n',
    stopped: 'Stopped before the end: no result.\n',
  },
};
