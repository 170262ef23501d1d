import { parseArgs } from 'node:util';
import { errorCode } from '@xiaolaba/protocol';
import type { CommandIo } from '@xiaolaba/protocol/command-line';
import { FileStorage } from '../adapters/file-storage.js';
import { SystemClock } from '../adapters/system-clock.js';
import type { AgentLog, DeviceIdentity } from '../agent-types.js';
import {
  type CheckFinding,
  checkGateway,
  checkModule,
  checkProfile,
  checkSoundCard,
  checkStorage,
  type PartReport,
} from '../check/check-device.js';
import { type DeviceConfig, readConfig } from '../config/config.js';
import { readIdentity } from '../enrolment/identity-file.js';
import { wire } from '../wire.js';
import { findingSentences, partNames } from './check-messages.js';
import { messages } from './messages.js';

const silent: AgentLog = { debug() {}, info() {}, warn() {}, error() {} };

/** `xiaolaba device check`: asks everything that the device file names, and says what answers and what doesn't. */
export async function checkCommand(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({ args, options: { config: { type: 'string' }, json: { type: 'boolean' } } });
  if (!values.config) {
    io.stderr(`${messages[io.language].missingOptions(['config'])}\n`);
    return 2;
  }
  const config = await readConfig(values.config);
  const reports: PartReport[] = [];
  const tell = (report: PartReport): void => {
    reports.push(report);
    if (!values.json) io.stdout(told(report, io.language));
  };
  const identity = await readIdentity(config.identity).catch((error: unknown) => {
    tell({ part: 'identity', findings: [{ ok: false, code: 'failed', details: { code: errorCode(error) } }] });
    return undefined;
  });
  if (identity) {
    const { device, place, profile } = identity;
    tell({ part: 'identity', findings: [{ ok: true, code: 'identity', details: { device, place, profile } }] });
    const missing = checkProfile(profile, config);
    if (missing.length > 0) tell({ part: 'profile', findings: missing });
  }
  tell({ part: 'storage', findings: await checkStorage(new FileStorage(config.data)) });
  tell({ part: 'gateway', findings: await checkGateway(config.gateway) });
  await checkParts(config, identity, tell);
  const ok = reports.every(({ findings }) => findings.every((finding) => finding.ok));
  if (values.json) io.stdout(`${JSON.stringify({ ok, parts: reports })}\n`);
  return ok ? 0 : 1;
}

async function checkParts(
  config: DeviceConfig,
  identity: DeviceIdentity | undefined,
  tell: (report: PartReport) => void,
): Promise<void> {
  if (config.sound?.kind === 'alsa')
    tell({
      part: 'sound',
      module: 'alsa',
      port: config.sound.device,
      findings: await checkSoundCard(config.sound.device),
    });
  const clock = new SystemClock();
  // The page belongs to the running device; its port would be taken.
  const { page: _, ...modules } = config;
  const wired = await wire(
    modules,
    { device: identity?.device ?? '' },
    {
      clock,
      log: silent,
      trackOf: () => undefined,
      localTime: () => undefined,
      readFile: async () => undefined,
    },
  );
  try {
    // All at once: each may take its whole time.
    await Promise.all(
      [...wired.drivers].map(async ([part, driver]) => {
        const wiring = config[part as keyof DeviceConfig] as { kind?: string; port?: string } | undefined;
        tell({
          part,
          ...(wiring?.kind ? { module: wiring.kind } : {}),
          ...(wiring?.port ? { port: wiring.port } : {}),
          findings: await checkModule(driver, clock),
        });
      }),
    );
  } finally {
    await wired.peripherals.close();
  }
}

function told({ part, module, port, findings }: PartReport, language: CommandIo['language']): string {
  const what = [partNames[language][part], module, port].filter((name) => name !== undefined).join(' · ');
  const line = ({ ok, code, details = {} }: CheckFinding): string =>
    `  ${ok ? '✓' : '✗'} ${findingSentences[language][code](details)}`;
  return [what, ...findings.map(line), ''].join('\n');
}
