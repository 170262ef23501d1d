import { readFile } from 'node:fs/promises';
import { FfmpegSound } from './adapters/ffmpeg-sound.js';
import { FileStorage } from './adapters/file-storage.js';
import { GatewayNetwork } from './adapters/gateway-network.js';
import { openSerialLine } from './adapters/serial-line.js';
import { LoggedActivity, SystemClock } from './adapters/system-clock.js';
import { createAgent } from './agent.js';
import type { Agent, AgentLog } from './agent-types.js';
import type { DeviceConfig } from './config/config.js';
import { readIdentity } from './enrolment/identity-file.js';
import { openBoardDriver } from './peripherals/board/board.js';
import type { Clock, Peripherals } from './ports/index.js';
import { profileTraits } from './profiles/profiles.js';

export const firmware = '0.1.0';

/**
 * A device on this machine's own clock, disk, network and wires: the one place that names adapters.
 * @throws XiaolabaError `identity-*`, `storage-*`, `config-unreadable`
 */
export async function runDevice(config: DeviceConfig, log: AgentLog): Promise<Agent> {
  const identity = await readIdentity(config.identity);
  const traits = profileTraits[identity.profile];
  const clock = new SystemClock();
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
    },
    {
      clock,
      activity: new LoggedActivity(log),
      storage: new FileStorage(config.data),
      network: new GatewayNetwork({ http, mqtt, ...(ca ? { ca } : {}) }),
      peripherals: await wire(config, clock, log),
      log,
    },
  );
  await agent.start();
  return agent;
}

async function wire(config: DeviceConfig, clock: Clock, log: AgentLog): Promise<Peripherals> {
  const sound = soundOf(config);
  if (!config.board) return { ...sound, close: async () => {} };
  const { port, baud, ...wiring } = config.board;
  const board = openBoardDriver({ line: openSerialLine(port, baud, { clock, log }), clock, log }, wiring);
  return { ...sound, ...board.parts, close: () => board.close() };
}

function soundOf({ sound }: DeviceConfig): Pick<Peripherals, 'sound'> {
  if (sound?.kind !== 'alsa' && sound?.kind !== 'null' && sound?.kind !== 'file') return {};
  return { sound: new FfmpegSound(sound) };
}
