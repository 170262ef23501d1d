import { readFile } from 'node:fs/promises';
import { worldError } from '@xiaolaba/protocol';
import type { SerialPort } from 'serialport';
import { FfmpegSound } from './adapters/ffmpeg-sound.js';
import { FileStorage } from './adapters/file-storage.js';
import { GatewayNetwork } from './adapters/gateway-network.js';
import { LoggedActivity, SystemClock } from './adapters/system-clock.js';
import { createAgent } from './agent.js';
import type { Agent, AgentLog } from './agent-types.js';
import type { BoardConfig, DeviceConfig } from './config/config.js';
import { readIdentity } from './enrolment/identity-file.js';
import { openBoard } from './peripherals/board/board.js';
import type { Clock, Peripherals } from './ports/index.js';
import { profileTraits } from './profiles/profiles.js';

export const firmware = '0.1.0';

/**
 * A device on this machine's own clock, disk, network and wires: the one place that names adapters.
 * @throws XiaolabaError `identity-*`, `board-*`, `storage-*`, `config-unreadable`
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
  const port = await openPort(config.board);
  // Without a listener an unplugged board ends the process.
  port.on('error', (error) => log.error({ error: error.message }, 'the board failed'));
  const parts = await openBoard(port, config.board, () => clock.monotonic());
  return {
    ...sound,
    ...parts,
    close: () => new Promise((resolve) => port.close(() => resolve())),
  };
}

function soundOf({ sound }: DeviceConfig): Pick<Peripherals, 'sound'> {
  if (sound?.kind !== 'alsa' && sound?.kind !== 'null' && sound?.kind !== 'file') return {};
  return { sound: new FfmpegSound(sound) };
}

async function openPort({ port: path, baud: baudRate }: BoardConfig): Promise<SerialPort> {
  const { SerialPort } = await import('serialport');
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate }, (error) => {
      if (error) reject(worldError('board-missing', 'the serial port can not be opened', { path }, error));
      else resolve(port);
    });
  });
}
