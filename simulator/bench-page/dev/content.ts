import type { BenchFault, BenchItem, PartId, Profile } from '@xiaolaba/simulator/bench-contract';

/** What the made-up bench has of each profile. */
interface Content {
  readonly place: string;
  readonly device: string;
  readonly sign?: { readonly columns: number; readonly rows: number; readonly motion: 'left' | 'up' | 'static' };
  readonly modules: readonly { readonly part: PartId; readonly kinds: readonly string[] }[];
  readonly items: readonly BenchItem[];
  /** Those that can happen to it, whatever else the bench offers. */
  readonly faults: readonly BenchFault[];
}

export const soundMs = 7000;
export const soundHash = 'a3'.repeat(32);

const voice = (id: string, title: string, dialect: string, words: string): BenchItem => ({
  id,
  title,
  output: 'audio',
  dialect,
  text: null,
  words,
  sha256: soundHash,
  durationMs: soundMs,
});
const ticker = (id: string, title: string, text: string): BenchItem => ({
  id,
  title,
  output: 'text',
  dialect: null,
  text,
  words: null,
  sha256: null,
  durationMs: null,
});

const voices = ['dfplayer', 'jq8900', 'syn6288', 'xfs5152ce', 'sound-card'];
const signs = ['onbon-bx5k', 'jetfile2', 'matrix'];
const everywhere: readonly BenchFault[] = [
  'drop-link',
  'jump-clock',
  'quiet-hours',
  'corrupt-flash',
  'fill-disk',
  'cut-power',
];
const boardFaults: readonly BenchFault[] = [
  'unplug-board',
  'kill-amplifier',
  'mute-microphone',
  'open-case',
  'village-microphone',
];

export const contents: Readonly<Record<Profile, Content>> = {
  loudspeaker: {
    place: '石桥村',
    device: 'village-07-horn',
    modules: [
      { part: 'sound', kinds: voices },
      { part: 'board', kinds: ['firmata'] },
    ],
    items: [
      voice('savings', '养老钱看牢', 'cmn', '乡亲们，说句家常话。有人上门讲投资养老、月月分红，先别掏钱。'),
      voice('savings-hak', '养老钱看牢', 'hak', '乡亲们，讲句家常话。有人上门讲投资养老，先莫拿钱出来。'),
      voice('police', '假公安来电', 'cmn', '电话里说您犯了案，要把钱转到安全账户，那是假公安。'),
    ],
    faults: ['unplug-sound', ...boardFaults, ...everywhere],
  },
  'bus-screen': {
    place: '2路 · 粤A·96110',
    device: 'bus-2-03',
    sign: { columns: 128, rows: 16, motion: 'left' },
    modules: [
      { part: 'sound', kinds: voices },
      { part: 'sign', kinds: signs },
      { part: 'position', kinds: ['nmea0183', 'jt808'] },
      { part: 'board', kinds: ['firmata'] },
    ],
    items: [
      voice('arrival', '转账先核实', 'cmn', '到站了。下车看脚下，转账看清人，陌生人要钱先核实。'),
      voice('arrival-yue', '转账先核实', 'yue', '到站喇。落车睇脚下，转账睇清人，陌生人要钱先核实。'),
      ticker('screen', '车厢滚动字幕', '世上没有免费的午餐，天上不会掉馅饼。网络汇款需谨慎，反诈专线96110'),
    ],
    faults: ['unplug-sound', 'unplug-sign', 'unplug-position', ...boardFaults, ...everywhere],
  },
  'bike-lock': {
    place: '东门片区单车',
    device: 'bike-0412',
    modules: [
      { part: 'sound', kinds: voices },
      { part: 'lock', kinds: ['omni'] },
    ],
    items: [
      voice('unlock', '开锁提醒', 'cmn', '开锁成功！东门派出所提醒您，网络刷单全是骗，盲目相信钱不见。'),
      voice('lock', '关锁提醒', 'cmn', '关锁成功！陌生来电要转账，先打 96110 问一问。'),
    ],
    faults: ['unplug-sound', ...everywhere],
  },
  'booth-sign': {
    place: '西关宣传亭',
    device: 'booth-02-sign',
    sign: { columns: 96, rows: 32, motion: 'up' },
    modules: [
      { part: 'sign', kinds: signs },
      { part: 'sound', kinds: voices },
      { part: 'board', kinds: ['firmata'] },
    ],
    items: [
      ticker('hotline', '反诈专线', '不听不信\n不转账\n反诈专线\n96110'),
      ticker('prevent', '多破案不如少发案', '多破案\n少发案\n转账之前\n进亭问问'),
      voice('booth', '进亭问一问', 'yue', '转账之前入嚟问一问，反诈专线九六一一零。'),
    ],
    faults: ['unplug-sign', 'unplug-sound', ...boardFaults, ...everywhere],
  },
};

const [longitude, latitude] = [113.02, 23.71];
const shape = [
  [0, 0],
  [0.006, 0.0015],
  [0.011, 0.001],
  [0.016, -0.0018],
  [0.022, -0.0015],
  [0.027, 0.0012],
  [0.033, 0.002],
] as const;
export const line = shape.map(([x, y]) => [longitude + x, latitude + y] as const);
const names = ['汽车站', '东门市场', '人民医院', '文化广场', '南岸小区', '第三中学', '西关桥头'];
export const stops = line.map((position, index) => ({
  id: `stop-${index + 1}`,
  name: names[index] ?? '',
  position,
  radius: 60,
}));
