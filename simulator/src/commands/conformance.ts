import { writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { parseArgs } from 'node:util';
import { profileTraits } from '@xiaolaba/device';
import { dayOf, errorText, idSchema, instantOf, type Profile, profiles, toBase64 } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { checkText, codeIn, type Language } from '../conformance/catalogue.js';
import { type CheckId, checkIds, isCheckId } from '../conformance/check-ids.js';
import { ElasticClock, RealClock } from '../conformance/clocks.js';
import type { Defect } from '../conformance/defect.js';
import { defects } from '../conformance/defects/index.js';
import { htmlOf } from '../conformance/report-html.js';
import { junitOf } from '../conformance/report-junit.js';
import { type ConformanceReport, placeOf, type RunOptions, runReal, runSimulated } from '../conformance/run.js';
import type { CheckResult } from '../conformance/verdict.js';
import type { HarnessEvent } from '../harness/harness-events.js';
import { HarnessGateway } from '../harness/harness-gateway.js';
import { conformanceWordsIn } from './conformance-text.js';

const options = {
  simulated: { type: 'string' },
  defect: { type: 'string' },
  device: { type: 'string' },
  profile: { type: 'string' },
  host: { type: 'string', default: '0.0.0.0' },
  'http-port': { type: 'string', default: '8280' },
  'mqtt-port': { type: 'string', default: '1883' },
  only: { type: 'string', default: '' },
  json: { type: 'boolean', default: false },
  html: { type: 'string' },
  junit: { type: 'string' },
  list: { type: 'boolean', default: false },
} as const;

interface RealCall {
  readonly device: string;
  readonly profile: Profile;
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
}

interface Call {
  readonly simulated?: { readonly profile: Profile; readonly defect?: Defect };
  readonly real?: RealCall;
  readonly only: readonly CheckId[];
  readonly json: boolean;
  readonly html?: string;
  readonly junit?: string;
  readonly list: boolean;
}

const profileOf = (text: string | undefined): Profile | undefined => profiles.find((profile) => profile === text);
const portOf = (text: string): number | undefined =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;

/** @throws RangeError with what is wrong */
function callOf(args: string[]): Call {
  const { values } = parseArgs({ args, options, strict: true });
  const only = values.only.split(',').filter(Boolean);
  const unknown = only.find((id) => !isCheckId(id));
  if (unknown !== undefined) throw new RangeError(`--only ${unknown}`);
  const shared = {
    only: only.filter(isCheckId),
    json: values.json,
    list: values.list,
    ...(values.html === undefined ? {} : { html: values.html }),
    ...(values.junit === undefined ? {} : { junit: values.junit }),
  };
  if (values.list) return shared;
  if (values.simulated !== undefined) return { ...shared, simulated: simulatedOf(values) };
  const profile = profileOf(values.profile);
  if (values.defect !== undefined) throw new RangeError('--defect');
  if (!values.device || !idSchema.safeParse(values.device).success) throw new RangeError('--device | --simulated');
  if (!profile) throw new RangeError(`--profile ${profiles.join(' | ')}`);
  const [httpPort, mqttPort] = [portOf(values['http-port']), portOf(values['mqtt-port'])];
  if (httpPort === undefined) throw new RangeError('--http-port');
  if (mqttPort === undefined) throw new RangeError('--mqtt-port');
  return { ...shared, real: { device: values.device, profile, host: values.host, httpPort, mqttPort } };
}

function simulatedOf(values: { simulated?: string; defect?: string; device?: string }): NonNullable<Call['simulated']> {
  const profile = profileOf(values.simulated);
  if (!profile || values.device !== undefined) throw new RangeError(`--simulated ${profiles.join(' | ')}`);
  if (values.defect === undefined) return { profile };
  const defect = defects.get(values.defect);
  if (!defect) throw new RangeError(`--defect ${[...defects.keys()].join(' | ')}`);
  return { profile, defect };
}

async function run(args: string[], io: CommandIo): Promise<number> {
  const words = conformanceWordsIn(io.language);
  const language: Language = io.language === 'en' ? 'en' : 'zh';
  let call: Call;
  try {
    call = callOf(args);
  } catch (error) {
    io.stderr(`${words.wrong(errorText(error))}\n`);
    return 2;
  }
  if (call.list) {
    for (const id of checkIds) io.stdout(`${id.padEnd(28)}${checkText[language][id].title}\n`);
    return 0;
  }
  const told = (result: CheckResult): void => {
    if (!call.json) io.stdout(`${lineOf(result, language, words.results[result.result])}\n`);
  };
  try {
    const shared: RunOptions = { only: call.only, signal: io.signal, onResult: told };
    const report = call.real ? await withReal(call.real, shared, io) : await withSimulated(call, shared);
    if (io.signal.aborted) return 130;
    if (call.json) io.stdout(`${JSON.stringify(report)}\n`);
    else io.stdout(`${words.total(report.passed, report.failed, report.skipped)}\n`);
    for (const [path, content] of [
      [call.html, htmlOf],
      [call.junit, junitOf],
    ] as const) {
      if (path === undefined) continue;
      await writeFile(path, content(report));
      io.stderr(`${words.written(path)}\n`);
    }
    return report.failed === 0 ? 0 : 1;
  } catch (error) {
    if (io.signal.aborted) return 130;
    io.stderr(`${words.failed(errorText(error))}\n`);
    return 3;
  }
}

function lineOf({ id, result, code, details }: CheckResult, language: Language, word: string): string {
  const facts = result === 'fail' ? ` ${JSON.stringify(details)}` : '';
  return `${word}  ${id}  ${checkText[language][id].title}${code ? `: ${codeIn(language, code)}${facts}` : ''}`;
}

/** Ten in the morning: no run of a simulated device passes midnight or falls into the night. */
function morning(): number {
  const zone = 'Asia/Shanghai';
  return instantOf(dayOf(Date.now(), zone), '10:00', zone);
}

async function withSimulated({ simulated }: Call, shared: RunOptions): Promise<ConformanceReport> {
  if (!simulated) throw new RangeError('--simulated');
  return await runSimulated({ ...shared, ...simulated, clock: new ElasticClock(morning()) });
}

async function withReal(real: RealCall, shared: RunOptions, io: CommandIo): Promise<ConformanceReport> {
  const { device, profile, host, httpPort, mqttPort } = real;
  const words = conformanceWordsIn(io.language);
  const clock = new RealClock();
  const harness = await HarnessGateway.start({ host, httpPort, mqttPort, now: () => clock.now() });
  try {
    const history: HarnessEvent[] = [];
    const arrived = new Promise<void>((resolve) => {
      harness.onEvent((event) => {
        if (event.device !== device) return;
        history.push(event);
        if (event.kind === 'hello') resolve();
      });
      io.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    for (const address of addressesOf(host))
      io.stderr(`${words.opened(at(harness.http, address), at(harness.mqtt, address))}\n`);
    io.stderr(`${words.claim(device, placeOf(profile), harness.claim(device, profile, placeOf(profile)))}\n`);
    io.stderr(`${words.approver(toBase64(harness.approver.publicKey.bytes))}\n${words.waiting}\n`);
    await arrived;
    if (!io.signal.aborted) io.stderr(`${words.here(device)}\n`);
    const subject = { device, profile, place: placeOf(profile), beatSeconds: profileTraits[profile].beatSeconds };
    return await runReal({ ...shared, harness, clock, subject, history });
  } finally {
    await harness.stop();
  }
}

const at = (url: string, host: string): string => url.replace(/\/\/[^:/]+/, `//${host}`);

/** Under which addresses a device on the network reaches this machine. */
function addressesOf(host: string): string[] {
  if (host !== '0.0.0.0') return [host];
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return found.length > 0 ? found : ['127.0.0.1'];
}

const usage = [
  'xiaolaba conformance --simulated <profile> [--defect <name>]',
  'xiaolaba conformance --device <id> --profile <profile> [--host 0.0.0.0] [--http-port 8280] [--mqtt-port 1883]',
  '                     [--only a,b] [--json] [--html FILE] [--junit FILE] [--list]',
  `profile: ${profiles.join(', ')}`,
  `defect:  ${[...defects.keys()].join(', ')}`,
].join('\n');

export const conformanceCommand: CommandSpec = {
  name: 'conformance',
  summary: {
    zh: '按清单检测一台终端（实机或模拟）是否守规矩',
    en: 'hold an endpoint, real or simulated, against the checklist of the wire',
  },
  usage: {
    zh: `${usage}\n退出码：0 全部通过，1 有不通过，2 用法有误，3 外部故障`,
    en: `${usage}\nexit code: 0 all passed, 1 some failed, 2 called wrongly, 3 the outside world failed`,
  },
  run,
};
