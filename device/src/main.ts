import { readFile } from 'node:fs/promises';
import { sha256 } from '@xiaolaba/protocol/node';
import { readTracks } from './adapters/card-files.js';
import { FileStorage } from './adapters/file-storage.js';
import { GatewayNetwork } from './adapters/gateway-network.js';
import { LoggedActivity, SystemClock } from './adapters/system-clock.js';
import { createAgent } from './agent.js';
import type { Agent, AgentLog, AgentSettings } from './agent-types.js';
import { firmwareBuiltAt } from './clock/firmware-built.js';
import type { DeviceConfig } from './config/config.js';
import { readIdentity } from './enrolment/identity-file.js';
import { localTimeAt } from './peripherals/index.js';
import { profileTraits } from './profiles/profiles.js';
import { wire } from './wire.js';

export const firmware = '0.1.0';

/**
 * A device on this machine's own clock, disk, network and wires: the one place that names adapters.
 * @throws XiaolabaError `identity-*`, `storage-*`, `config-unreadable`, `page-port`, `font-*`
 */
export async function runDevice(config: DeviceConfig, log: AgentLog): Promise<Agent> {
  const identity = await readIdentity(config.identity);
  const traits = profileTraits[identity.profile];
  const clock = new SystemClock();
  const storage = new FileStorage(config.data);
  const tracks = await readTracks(storage);
  const wired = await wire(config, identity, {
    clock,
    log,
    trackOf: (name) => tracks.get(name),
    // Signs are lit by the hour; before the firmware was built it is not even roughly known.
    localTime: () => (clock.now() > firmwareBuiltAt ? localTimeAt(clock.now(), config.zone) : undefined),
    readFile: async (name) => {
      const bytes = await storage.read(`blobs/${name}`);
      return bytes && sha256(bytes) === name ? bytes : undefined;
    },
  });
  const { http, mqtt, ca: caPath } = config.gateway;
  const ca = caPath && (await readFile(caPath, 'utf8'));
  const { quietHours, volumeCap } = config.limits;
  const agent = createAgent(
    {
      identity,
      firmware,
      limits: { ...(quietHours ? { quietHours } : {}), ...(volumeCap === undefined ? {} : { volumeCap }) },
      beatSeconds: config.beatSeconds ?? traits.beatSeconds,
      cacheBytes: config.cacheMegabytes ? config.cacheMegabytes * 1024 * 1024 : traits.cacheBytes,
      ...(config.files ? { files: config.files } : {}),
      random: Math.random,
      ...signOf(config),
    },
    {
      clock,
      activity: new LoggedActivity(log),
      storage,
      network: new GatewayNetwork({ http, mqtt, ...(ca ? { ca } : {}) }),
      peripherals: wired.peripherals,
      log,
    },
  );
  await agent.start();
  return agent;
}

/** What a sign tells the gateway of itself; a screen takes any text. */
function signOf({ sign }: DeviceConfig): Pick<AgentSettings, 'sign'> {
  if (!sign || sign.kind === 'terminal') return {};
  if (sign.kind === 'page') return { sign: { columns: 1280, rows: 720, charset: 'unicode' } };
  const { columns, rows } = sign;
  return { sign: { columns, rows, charset: sign.kind === 'matrix' ? 'unicode' : sign.charset } };
}
