import type { Failure } from './run.js';
import type { Result } from './worker.js';

interface Catalogue {
  readonly begins: (seed: number, seconds: number | undefined, workers: number) => string;
  readonly done: (result: Result) => string;
  readonly failed: (protocol: string, failure: Failure) => string;
  readonly hung: (protocol: string, index: number, seconds: number) => string;
  readonly grew: (protocol: string, bytes: number) => string;
  readonly replay: (command: string) => string;
  readonly usage: string;
  readonly unknownProtocol: (name: string, known: readonly string[]) => string;
}

const rate = ({ inputs, seconds }: Result) => Math.round(inputs / Math.max(seconds, 0.001));
const kib = (bytes: number) => `${bytes >= 0 ? '+' : '−'}${Math.round(Math.abs(bytes) / 1024)} KiB`;
const usage =
  'npm run fuzz -- [--seconds 60] [--protocol P]… [--seed N] [--inputs N] [--input N] [--workers N] [--lang zh|en]';

export const messages: Readonly<Record<'zh' | 'en', Catalogue>> = {
  zh: {
    begins: (seed, seconds, workers) =>
      `种子 ${seed}${seconds === undefined ? '' : `，每个协议 ${seconds} 秒`}，${workers} 个并行`,
    done: (result) =>
      `${result.protocol.padEnd(11)} ${String(result.inputs).padStart(9)} 个输入  ${rate(result)}/秒  内存 ${kib(result.heapAfter - result.heapBefore)}`,
    failed: (protocol, { rule, index, hex, detail }) =>
      `✗ ${protocol} 第 ${index} 个输入违反 ${rule}：\n  ${hex}\n  ${detail}`,
    hung: (protocol, index, seconds) => `✗ ${protocol} 第 ${index} 个输入 ${seconds} 秒没有结束`,
    grew: (protocol, bytes) => `✗ ${protocol} 内存增长 ${kib(bytes)}`,
    replay: (command) => `  重现：${command}`,
    usage: `用法：${usage}`,
    unknownProtocol: (name, known) => `没有协议“${name}”，可选：${known.join('、')}`,
  },
  en: {
    begins: (seed, seconds, workers) =>
      `Seed ${seed}${seconds === undefined ? '' : `, ${seconds} s for each protocol`}, ${workers} side by side`,
    done: (result) =>
      `${result.protocol.padEnd(11)} ${String(result.inputs).padStart(9)} inputs  ${rate(result)}/s  heap ${kib(result.heapAfter - result.heapBefore)}`,
    failed: (protocol, { rule, index, hex, detail }) =>
      `✗ ${protocol}: input ${index} breaks ${rule}:\n  ${hex}\n  ${detail}`,
    hung: (protocol, index, seconds) => `✗ ${protocol}: input ${index} did not end within ${seconds} s`,
    grew: (protocol, bytes) => `✗ ${protocol}: the heap grew by ${kib(bytes)}`,
    replay: (command) => `  Again: ${command}`,
    usage: `Usage: ${usage}`,
    unknownProtocol: (name, known) => `No protocol "${name}"; there are: ${known.join(', ')}`,
  },
};
