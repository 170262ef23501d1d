/** What the command says, in both languages. */
export interface ConformanceWords {
  readonly wrong: (text: string) => string;
  readonly failed: (text: string) => string;
  readonly opened: (http: string, mqtt: string) => string;
  readonly claim: (device: string, place: string, code: string) => string;
  readonly approver: (key: string) => string;
  readonly waiting: string;
  readonly here: (device: string) => string;
  readonly results: Readonly<Record<'pass' | 'fail' | 'skipped', string>>;
  readonly total: (passed: number, failed: number, skipped: number) => string;
  readonly written: (path: string) => string;
}

const zh: ConformanceWords = {
  wrong: (text) => `参数有误：${text}`,
  failed: (text) => `检测未能完成：${text}`,
  opened: (http, mqtt) => `检测网关已开：注册与文件 ${http} ，消息 ${mqtt}`,
  claim: (device, place, code) => `终端 ${device}（${place}）的一次性认领码：${code}`,
  approver: (key) => `把这把审批公钥存成一行文件，交给终端信任：${key}`,
  waiting: '等待终端注册并连上……（Ctrl-C 停止）',
  here: (device) => `${device} 已连上，开始检测；期间请勿断电。`,
  results: { pass: '通过', fail: '不通过', skipped: '未检' },
  total: (passed, failed, skipped) => `通过 ${passed}，不通过 ${failed}，未检 ${skipped}`,
  written: (path) => `报告：${path}`,
};

const en: ConformanceWords = {
  wrong: (text) => `wrong argument: ${text}`,
  failed: (text) => `the examination could not be finished: ${text}`,
  opened: (http, mqtt) => `The bench is open: enrolment and files at ${http}, messages at ${mqtt}`,
  claim: (device, place, code) => `One-time claim code of ${device} (${place}): ${code}`,
  approver: (key) => `Put this approver's public key on a line of a file, and let the device trust it: ${key}`,
  waiting: 'Waiting for the device to enrol and to connect… (Ctrl-C ends)',
  here: (device) => `${device} is here; do not cut its power until the end.`,
  results: { pass: 'passed', fail: 'FAILED', skipped: 'skipped' },
  total: (passed, failed, skipped) => `${passed} passed, ${failed} failed, ${skipped} skipped`,
  written: (path) => `report: ${path}`,
};

export const conformanceWordsIn = (language: 'zh-CN' | 'en'): ConformanceWords => (language === 'en' ? en : zh);
