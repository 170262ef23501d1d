import type { AlertTableTexts } from '../latency/table.js';

interface MeasureAlertText extends AlertTableTexts {
  readonly holding: (holding: number, of: number) => string;
  readonly alert: (index: number, of: number, p99: number, never: number) => string;
  readonly failed: (text: string) => string;
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2);

const zh: MeasureAlertText = {
  holding: (holding, of) => `日常内容就位 ${holding}/${of}\n`,
  alert: (index, of, p99, never) => `插播 ${index}/${of}：99% 在 ${seconds(p99)} 秒内，${never} 处未响\n`,
  failed: (text) => `测量未能完成：${text}\n`,
  machine: (cores, cpu, memory, node) => `${cores} 核 ${cpu}，内存 ${memory} GB，Node ${node}`,
  fleet: (devices, outputs, processes) =>
    `${devices} 台终端在 ${processes} 个进程里，每次插播应响 ${outputs} 路；从交付已签名的内容起算，单位秒`,
  stages: { received: '收到下发单', fetched: '取完文件', active: '生效', sounded: '出声或出字' },
  columns: { stage: '阶段', count: '次数', p50: '一半', p90: '90%', p99: '99%', max: '最慢' },
  each: (index, answered, p99, max, load, cpu) =>
    `第 ${index} 次：发布接口 ${answered} 秒应答，出声 99% ${p99} 秒，最慢 ${max} 秒，机器负载 ${load}，处理器用时（网关 + 全部终端）${cpu} 秒`,
  never: (count) => `未响：${count}`,
  errors: (count) => `终端程序错误：${count}`,
};

const en: MeasureAlertText = {
  holding: (holding, of) => `everyday content in place ${holding}/${of}\n`,
  alert: (index, of, p99, never) => `alert ${index}/${of}: 99% within ${seconds(p99)} s, ${never} never sounded\n`,
  failed: (text) => `It could not be measured: ${text}\n`,
  machine: (cores, cpu, memory, node) => `${cores} cores ${cpu}, ${memory} GB of memory, Node ${node}`,
  fleet: (devices, outputs, processes) =>
    `${devices} devices in ${processes} processes, ${outputs} outputs per alert; seconds from handing in the signed release`,
  stages: {
    received: 'assignment received',
    fetched: 'files fetched',
    active: 'in force',
    sounded: 'first sound or text',
  },
  columns: { stage: 'stage', count: 'count', p50: 'p50', p90: 'p90', p99: 'p99', max: 'max' },
  each: (index, answered, p99, max, load, cpu) =>
    `alert ${index}: publishing answered in ${answered} s, first sound p99 ${p99} s, max ${max} s, load average ${load}, processor time of gateway + all devices ${cpu} s`,
  never: (count) => `never sounded: ${count}`,
  errors: (count) => `errors in devices: ${count}`,
};

export const measureAlertText: Readonly<Record<'zh-CN' | 'en', MeasureAlertText>> = { 'zh-CN': zh, en };
