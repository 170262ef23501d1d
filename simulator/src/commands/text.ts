/** Everything that these commands say, in both languages. */
export interface SimulatorText {
  readonly setup: Readonly<Record<'import' | 'render' | 'enrol' | 'approve', string>>;
  readonly demoKey: string;
  readonly progress: (clock: string, speed: number) => string;
  readonly ledger: string;
  readonly heading: (day: string, from: string, to: string, faults: string, seed: number) => string;
  readonly devices: string;
  readonly slots: string;
  readonly verified: string;
  readonly estates: string;
  readonly stops: string;
  readonly of: string;
  readonly cause: string;
  readonly missed: string;
  readonly precision: string;
  readonly recall: string;
  readonly took: (seconds: number, speedup: number) => string;
  readonly agree: string;
  readonly differ: (count: number) => string;
  readonly causes: Readonly<Record<string, string>>;
  readonly wrongArgument: (text: string) => string;
  readonly scenarioUnknown: (names: string) => string;
  readonly failed: (text: string) => string;
  readonly predicted: string;
  readonly actual: string;
  readonly error: string;
  readonly points: string;
  readonly allSlots: string;
  readonly places: string;
  readonly foretold: (days: number) => string;
  readonly uncovered: (named: number, happened: number, both: number) => string;
  readonly seed: string;
  readonly seedsHeading: (
    seeds: number,
    history: number,
    day: string,
    from: string,
    to: string,
    faults: string,
  ) => string;
  readonly errors: (mean: string, meanSize: string, largest: string, within: number, of: number) => string;
  readonly near: string;
  readonly notNear: string;
  readonly demoData: string;
  readonly ready: (url: string) => string;
  readonly firstLogin: string;
  readonly stopping: string;
  readonly waiting: (what: string) => string;
  readonly clock: (clock: string, day: string) => string;
}

const zh: SimulatorText = {
  setup: { import: '读入内容', render: '合成音频', enrol: '终端注册', approve: '审批签名' },
  demoKey: '注意：审批用的是临时生成的演示密钥，不可用于真实播发。',
  progress: (clock, speed) => `${clock}  ${speed} 倍速`,
  ledger: '核对台账……',
  heading: (day, from, to, faults, seed) => `${day} ${from}—${to} 全日演练（故障 ${faults}，种子 ${seed}）`,
  devices: '终端',
  slots: '应播时段',
  verified: '已核实',
  estates: '小区覆盖',
  stops: '站点覆盖',
  of: '/',
  cause: '原因',
  missed: '未播',
  precision: '查准率',
  recall: '查全率',
  took: (seconds, speedup) => `用时 ${seconds} 秒，为实际时间的 ${speedup} 倍速`,
  agree: '台账与实情逐条一致。',
  differ: (count) => `台账与实情有 ${count} 条不一致：`,
  causes: {
    offline: '离线',
    'not-delivered': '未送达',
    'bad-file': '文件损坏',
    clock: '时钟不可信',
    'pre-empted': '被抢占',
    silent: '无声无显示',
    'no-permission': '不许播放',
    'no-visit': '无车到站',
    unknown: '原因不明',
  },
  wrongArgument: (text) => `参数有误：${text}`,
  scenarioUnknown: (names) => `没有这种故障情景；可用：${names}`,
  failed: (text) => `演练未能完成：${text}`,
  predicted: '预测 %',
  actual: '实际 %',
  error: '误差',
  points: '个百分点',
  allSlots: '应播时段',
  places: '点位覆盖',
  foretold: (days) => `前一晚的预测（依据此前 ${days} 天）与当天结果：`,
  uncovered: (named, happened, both) =>
    `事先点名会漏的点位 ${named} 个，实际漏了 ${happened} 个，其中 ${both} 个事先点了名。`,
  seed: '种子',
  seedsHeading: (seeds, history, day, from, to, faults) =>
    `${day} ${from}—${to}，${seeds} 个种子，各先过 ${history} 天（故障 ${faults}）`,
  errors: (mean, meanSize, largest, within, of) =>
    `平均偏差 ${mean}，平均误差 ${meanSize}，最大误差 ${largest} 个百分点；误差不超过 2 个百分点的有 ${within}/${of} 个`,
  near: '预测准：每个种子的场次误差、点位的平均偏差都不超过 2 个百分点',
  notNear: '预测不准：有种子的场次误差，或点位的平均偏差，超过 2 个百分点',
  demoData: '以下全部是演示数据：县、点位、车辆、人员均为虚构。',
  ready: (url) => `控制台已就绪：${url}`,
  firstLogin: '写稿、审批前先建管理员账号，打开这个一次性链接：',
  stopping: '正在停止……',
  waiting: (what) => `机器繁忙，模拟时间暂停，正在等待：${what}`,
  clock: (clock, day) => `模拟时间 ${day} ${clock}`,
};

const en: SimulatorText = {
  setup: { import: 'reading content', render: 'rendering audio', enrol: 'enrolling devices', approve: 'approving' },
  demoKey: 'Note: releases are approved with a demo key made on the spot. It is for nothing real.',
  progress: (clock, speed) => `${clock}  ${speed}x`,
  ledger: 'holding the ledger against the truth…',
  heading: (day, from, to, faults, seed) => `${day} ${from}–${to}, rehearsed whole (faults ${faults}, seed ${seed})`,
  devices: 'devices',
  slots: 'slots',
  verified: 'verified',
  estates: 'estates covered',
  stops: 'stops covered',
  of: ' of ',
  cause: 'cause',
  missed: 'missed',
  precision: 'precision',
  recall: 'recall',
  took: (seconds, speedup) => `took ${seconds} s, ${speedup} times as fast as the day`,
  agree: 'The ledger agrees with the truth on every slot.',
  differ: (count) => `The ledger differs from the truth on ${count} slots:`,
  causes: {},
  wrongArgument: (text) => `wrong argument: ${text}`,
  scenarioUnknown: (names) => `no such scenario; there are: ${names}`,
  failed: (text) => `the rehearsal could not be finished: ${text}`,
  predicted: 'predicted %',
  actual: 'actual %',
  error: 'error',
  points: ' points',
  allSlots: 'slots',
  places: 'places covered',
  foretold: (days) =>
    `Foretold the evening before, from ${days === 1 ? 'one day' : `${days} days`}, and what came of it:`,
  uncovered: (named, happened, both) =>
    `${named} places were named as staying uncovered; ${happened} did, and ${both} of those had been named.`,
  seed: 'seed',
  seedsHeading: (seeds, history, day, from, to, faults) =>
    `${day} ${from}–${to}, ${seeds} seeds, each with ${history === 1 ? 'one day' : `${history} days`} before (faults ${faults})`,
  errors: (mean, meanSize, largest, within, of) =>
    `mean ${mean}, mean size ${meanSize}, largest ${largest} points; within 2 points: ${within} of ${of}`,
  near: 'The predictions held: the slots of every seed, and the places on the mean, within 2 points.',
  notNear:
    'The predictions did not hold: the slots of some seed, or the places on the mean, are off by more than 2 points.',
  demoData: 'All of this is demo data: county, places, vehicles and people are invented.',
  ready: (url) => `The console is ready: ${url}`,
  firstLogin: 'To write and approve, first make the administrator with this link (once):',
  stopping: 'stopping…',
  waiting: (what) => `the machine is busy, simulated time stands still and waits for: ${what}`,
  clock: (clock, day) => `simulated time ${day} ${clock}`,
};

export const textIn = (language: 'zh-CN' | 'en'): SimulatorText => (language === 'en' ? en : zh);
