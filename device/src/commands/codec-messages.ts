import type { Language } from './messages.js';

interface Catalogue {
  readonly protocols: string;
  readonly unknownProtocol: (name: string, known: readonly string[]) => string;
  readonly noAction: string;
  readonly noHex: string;
  readonly badHex: (text: string, at: number) => string;
  readonly oddHex: (text: string) => string;
  readonly badJson: (reason: string) => string;
  readonly badFrame: (problems: readonly string[]) => string;
  readonly frame: (number: number, kind: string) => string;
  readonly error: (code: string, offset: number, message: string) => string;
  readonly rest: (hex: string) => string;
  readonly sum: (frames: number, errors: number) => string;
  /** What each protocol is, by its name. */
  readonly about: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, string>>;
}

const listed = (problems: readonly string[]) => problems.map((problem) => `\n  - ${problem}`).join('');

export const codecMessages: Readonly<Record<Language, Catalogue>> = {
  'zh-CN': {
    protocols: '协议：',
    unknownProtocol: (name, known) => `没有协议“${name}”，可选：${known.join('、')}`,
    noAction: '请写明 decode 或 encode，见 xiaolaba codec --help',
    noHex: '没有输入：请给出十六进制字节，或用 - 从标准输入读取',
    badHex: (text, at) => `不是十六进制：第 ${at} 个字符起的“${text}”`,
    oddHex: (text) => `十六进制位数不成对：“${text}”`,
    badJson: (reason) => `不是 JSON：${reason}`,
    badFrame: (problems) => `这不是该协议的一帧：${listed(problems)}`,
    frame: (number, kind) => `第 ${number} 帧  ${kind}`,
    error: (code, offset, message) => `错误  第 ${offset} 字节起：${code}（${message}）`,
    rest: (hex) => `未完  ${hex}`,
    sum: (frames, errors) => `共 ${frames} 帧，${errors} 处错误`,
    about: {
      dfplayer: 'DFPlayer Mini / YX5200 语音模块',
      jq8900: 'JQ8900 / DY-SV5W 语音模块',
      syn6288: 'SYN6288 语音合成芯片',
      xfs5152ce: 'XFS5152CE 语音合成芯片',
      'onbon-bx5k': '仰邦 BX-5K / BX-6K 控制卡',
      jetfile2: 'JetFile II 显示屏',
      jt808: 'JT/T 808-2013、-2019 车载终端',
      omni: 'Omni 单车锁、滑板车锁',
      nmea0183: 'NMEA 0183 定位模块',
    },
    codes: {
      noise: '帧外字节',
      checksum: '校验不符',
      'too-long': '过长',
      'too-short': '过短',
      truncated: '中途断开',
      length: '长度不符',
      escape: '转义有误',
    },
  },
  en: {
    protocols: 'Protocols:',
    unknownProtocol: (name, known) => `No protocol "${name}"; there are: ${known.join(', ')}`,
    noAction: 'Say decode or encode; see xiaolaba codec --help',
    noHex: 'No input: give bytes in hexadecimal, or - to read them from standard input',
    badHex: (text, at) => `Not hexadecimal: "${text}" from character ${at} on`,
    oddHex: (text) => `Half a byte too many: "${text}"`,
    badJson: (reason) => `Not JSON: ${reason}`,
    badFrame: (problems) => `Not a frame of this protocol:${listed(problems)}`,
    frame: (number, kind) => `Frame ${number}  ${kind}`,
    error: (code, offset, message) => `Error  from byte ${offset}: ${code} (${message})`,
    rest: (hex) => `Unfinished  ${hex}`,
    sum: (frames, errors) => `${frames} frames, ${errors} errors`,
    about: {
      dfplayer: 'DFPlayer Mini / YX5200 voice module',
      jq8900: 'JQ8900 / DY-SV5W voice module',
      syn6288: 'SYN6288 speech chip',
      xfs5152ce: 'XFS5152CE speech chip',
      'onbon-bx5k': 'Onbon BX-5K / BX-6K sign controller',
      jetfile2: 'JetFile II sign',
      jt808: 'JT/T 808-2013 and -2019 vehicle terminal',
      omni: 'Omni bike and scooter locks',
      nmea0183: 'NMEA 0183 positioning receiver',
    },
    codes: {},
  },
};
