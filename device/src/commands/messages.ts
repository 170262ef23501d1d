import type { XiaolabaError } from '@xiaolaba/protocol';

export type Language = 'zh-CN' | 'en';

interface Catalogue {
  readonly running: (device: string) => string;
  readonly stopped: string;
  readonly enrolled: (details: { device: string; place: string; path: string }) => string;
  readonly missingOptions: (names: readonly string[]) => string;
  readonly cardFilled: (filled: { files: number; bytes: number; missing: number }) => string;
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
    cardFilled: ({ files, bytes, missing }) =>
      `已写入 ${files} 个文件（${Math.ceil(bytes / 1024)} KB）${missing > 0 ? `，还有 ${missing} 个没有下载到` : ''}。请把卡插进模块，并重新启动终端。`,
    missingOptions: (names) => `缺少选项：${names.map((name) => `--${name}`).join('、')}`,
    badOption: (what) => `选项有误：${what}`,
    badProfile: (known) => `终端类型应为：${known.join('、')}`,
    errors: {
      'config-unreadable': ({ path }) => `读不到配置文件 ${path}`,
      'config-invalid': ({ path, problems }) => `配置文件 ${path} 有误：${list(problems)}`,
      'identity-missing': ({ path }) => `没有身份文件 ${path}，请先登记：xiaolaba device enrol`,
      'identity-malformed': ({ path }) => `身份文件 ${path} 已损坏，请重新登记`,
      'identity-unwritable': ({ path }) => `身份文件 ${path} 写不进去`,
      'approver-key-unreadable': ({ path }) => `${path} 里没有公钥`,
      'enrol-unreachable': () => '连不上网关',
      'enrol-refused': ({ status, code }) =>
        `网关拒绝登记（HTTP ${status}${code ? `，${code}` : ''}），请核对终端编号和登记码`,
      'enrol-answer': () => '网关的答复不合规',
      'board-silent': () => '控制板没有应答，请检查接线和固件（StandardFirmata）',
      'board-missing': ({ path }) => `打不开串口 ${path}`,
      'page-port': ({ host, port }) => `本机页面的端口 ${host}:${port} 已被占用，请改 page.port`,
      'font-missing': ({ path }) => `没有点阵字库 ${path}：请安装 unifont（apt-get install unifont），或改 sign.font`,
      'font-malformed': ({ line }) => `点阵字库第 ${line} 行读不懂，应为 GNU Unifont 的 .hex 文件`,
      'card-not-empty': ({ path, found }) => `${path} 里已有 ${found}：MP3 模块按写入顺序数文件，请先格式化存储卡`,
      'card-nothing': () => '终端还没有下载到可播的文件，请先联网运行一次',
      'card-too-many': ({ most }) => `文件太多，模块最多认 ${most} 个`,
      'storage-full': () => '存储空间已满',
      'storage-failed': ({ name }) => `存储读写失败：${name}`,
    },
    otherError: (code) => `出错：${code}`,
  },
  en: {
    running: (device) => `Device ${device} is running; Ctrl+C stops it.`,
    stopped: 'The device has stopped.',
    enrolled: ({ device, place, path }) => `Device ${device} is enrolled at ${place}; identity file: ${path}`,
    cardFilled: ({ files, bytes, missing }) =>
      `${files} files written (${Math.ceil(bytes / 1024)} KB)${missing > 0 ? `; ${missing} are not fetched yet` : ''}. Put the card into the module and restart the device.`,
    missingOptions: (names) => `Missing: ${names.map((name) => `--${name}`).join(', ')}`,
    badOption: (what) => `Bad option: ${what}`,
    badProfile: (known) => `The profile is one of: ${known.join(', ')}`,
    errors: {
      'config-unreadable': ({ path }) => `Can't read the configuration ${path}`,
      'config-invalid': ({ path, problems }) => `The configuration ${path} is wrong:${list(problems)}`,
      'identity-missing': ({ path }) => `No identity file ${path}; enrol first: xiaolaba device enrol`,
      'identity-malformed': ({ path }) => `The identity file ${path} is damaged; enrol again`,
      'identity-unwritable': ({ path }) => `Can't write the identity file ${path}`,
      'approver-key-unreadable': ({ path }) => `No public key in ${path}`,
      'enrol-unreachable': () => "Can't reach the gateway",
      'enrol-refused': ({ status, code }) =>
        `The gateway refuses (HTTP ${status}${code ? `, ${code}` : ''}); check the device id and the claim code`,
      'enrol-answer': () => "The gateway's answer is not a proper one",
      'board-silent': () => 'The board does not answer; check the wires and its firmware (StandardFirmata)',
      'board-missing': ({ path }) => `Can't open the serial port ${path}`,
      'page-port': ({ host, port }) => `The page's port ${host}:${port} is taken; change page.port`,
      'font-missing': ({ path }) => `No font ${path}: install unifont (apt-get install unifont) or change sign.font`,
      'font-malformed': ({ line }) => `Line ${line} of the font can't be read; it must be GNU Unifont, .hex`,
      'card-not-empty': ({ path, found }) =>
        `${path} holds ${found} already: MP3 modules count files in the order of writing, so format the card first`,
      'card-nothing': () => 'The device holds nothing to play yet; let it run with a link once',
      'card-too-many': ({ most }) => `Too many files: a module counts ${most} at most`,
      'storage-full': () => 'The storage is full',
      'storage-failed': ({ name }) => `The storage failed: ${name}`,
    },
    otherError: (code) => `Error: ${code}`,
  },
};
