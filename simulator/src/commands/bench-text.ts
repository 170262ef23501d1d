export interface BenchText {
  readonly wrongArgument: (what: string) => string;
  readonly preparing: string;
  readonly ready: (url: string) => string;
  readonly failed: (code: string, message: string) => string;
  readonly ptyUnknown: (known: readonly string[]) => string;
  readonly ptyReady: (module: string, path: string) => string;
}

const failures: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  EADDRINUSE: { zh: '端口被占用，请换 --port', en: 'the port is taken; choose another with --port' },
  pty: {
    zh: '开不了伪终端：请安装 socat（apt-get install socat）',
    en: 'no pseudo-terminal: install socat (apt-get install socat)',
  },
  'font-missing': {
    zh: '没有点阵字库：请安装 unifont（apt-get install unifont）',
    en: 'no font for the signs: install unifont (apt-get install unifont)',
  },
  'ffmpeg-missing': { zh: '没有 ffmpeg：apt-get install ffmpeg', en: 'no ffmpeg: apt-get install ffmpeg' },
  'espeak-missing': { zh: '没有 espeak-ng：apt-get install espeak-ng', en: 'no espeak-ng: apt-get install espeak-ng' },
  'no-voice-at-all': { zh: '本机合成不出任何语音', en: 'this machine can voice nothing' },
};

export const benchText: Readonly<Record<'zh-CN' | 'en', BenchText>> = {
  'zh-CN': {
    wrongArgument: (what) => `参数有误：${what}`,
    preparing: '正在准备：合成试播语音、启动模拟终端……',
    ready: (url) => `工作台已就绪：${url}（Ctrl+C 结束）`,
    failed: (code, message) => `工作台打不开：${failures[code]?.zh ?? `${code}：${message}`}`,
    ptyUnknown: (known) => `没有这种模块；可用：${known.join('、')}`,
    ptyReady: (module, path) => `${module} 已挂在 ${path}（Ctrl+C 结束）`,
  },
  en: {
    wrongArgument: (what) => `wrong argument: ${what}`,
    preparing: 'voicing what is to be played, starting the simulated device…',
    ready: (url) => `The bench is ready: ${url} (Ctrl+C ends it)`,
    failed: (code, message) => `The bench can't be opened: ${failures[code]?.en ?? `${code}: ${message}`}`,
    ptyUnknown: (known) => `no such module; there are: ${known.join(', ')}`,
    ptyReady: (module, path) => `${module} is at ${path} (Ctrl+C ends it)`,
  },
};
