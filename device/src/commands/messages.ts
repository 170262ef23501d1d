import type { XiaolabaError } from '@xiaolaba/protocol';

export type Language = 'zh-CN' | 'en';

interface Catalogue {
  readonly running: (device: string) => string;
  readonly stopped: string;
  readonly enrolled: (details: { device: string; place: string; path: string }) => string;
  readonly missingOptions: (names: readonly string[]) => string;
  readonly badOption: (what: string) => string;
  readonly badProfile: (known: readonly string[]) => string;
  readonly errors: Readonly<Record<string, (details: XiaolabaError['details']) => string>>;
  readonly otherError: (code: string) => string;
}

const list = (problems: unknown): string =>
  Array.isArray(problems) ? problems.map((problem) => `\n  - ${String(problem)}`).join('') : '';

export const messages: Readonly<Record<Language, Catalogue>> = {
  'zh-CN': {
    running: (device) => `终端 ${device} 正在运行，按 Ctrl+C 停止。`,
    stopped: '终端已停止。',
    enrolled: ({ device, place, path }) => `终端 ${device} 已登记到 ${place}，身份文件：${path}`,
    missingOptions: (names) => `缺少选项：${names.map((name) => `--${name}`).join('、')}`,
    badOption: (what) => `选项有误：${what}`,
    badProfile: (known) => `终端类型应为：${known.join('、')}`,
    errors: {
      'config-unreadable': ({ path }) => `读不到配置文件 ${path}`,
      'config-invalid': ({ path, problems }) => `配置文件 ${path} 有误：${list(problems)}`,
      'identity-missing': ({ path }) => `没有身份文件 ${path}，请先登记：xiaolaba device enrol`,
      'identity-malformed': ({ path }) => `身份文件 ${path} 已损坏，请重新登记`,
      'identity-unwritable': ({ path }) => `身份文件 ${path} 写不进去`,
      'approver-key-unreadable': ({ path }) => `${path} 里没有审批人公钥`,
      'enrol-unreachable': () => '连不上网关',
      'enrol-refused': ({ status, code }) =>
        `网关拒绝登记（HTTP ${status}${code ? `，${code}` : ''}），请核对终端编号和登记码`,
      'enrol-answer': () => '网关的答复不合规',
      'board-silent': () => '控制板没有应答，请检查接线和固件（StandardFirmata）',
      'board-missing': ({ path }) => `打不开串口 ${path}`,
      'storage-full': () => '存储空间已满',
      'storage-failed': ({ name }) => `存储读写失败：${name}`,
    },
    otherError: (code) => `出错：${code}`,
  },
  en: {
    running: (device) => `Device ${device} is running; Ctrl+C stops it.`,
    stopped: 'The device has stopped.',
    enrolled: ({ device, place, path }) => `Device ${device} is enrolled at ${place}; identity file: ${path}`,
    missingOptions: (names) => `Missing: ${names.map((name) => `--${name}`).join(', ')}`,
    badOption: (what) => `Bad option: ${what}`,
    badProfile: (known) => `The profile is one of: ${known.join(', ')}`,
    errors: {
      'config-unreadable': ({ path }) => `Can't read the configuration ${path}`,
      'config-invalid': ({ path, problems }) => `The configuration ${path} is wrong:${list(problems)}`,
      'identity-missing': ({ path }) => `No identity file ${path}; enrol first: xiaolaba device enrol`,
      'identity-malformed': ({ path }) => `The identity file ${path} is damaged; enrol again`,
      'identity-unwritable': ({ path }) => `Can't write the identity file ${path}`,
      'approver-key-unreadable': ({ path }) => `No approver's public key in ${path}`,
      'enrol-unreachable': () => "Can't reach the gateway",
      'enrol-refused': ({ status, code }) =>
        `The gateway refuses (HTTP ${status}${code ? `, ${code}` : ''}); check the device id and the claim code`,
      'enrol-answer': () => "The gateway's answer is not a proper one",
      'board-silent': () => 'The board does not answer; check the wires and its firmware (StandardFirmata)',
      'board-missing': ({ path }) => `Can't open the serial port ${path}`,
      'storage-full': () => 'The storage is full',
      'storage-failed': ({ name }) => `The storage failed: ${name}`,
    },
    otherError: (code) => `Error: ${code}`,
  },
};
