import { FfmpegSound } from './adapters/ffmpeg-sound.js';
import { readFont } from './adapters/font.js';
import { openLine } from './adapters/lines.js';
import type { AgentLog, DeviceIdentity } from './agent-types.js';
import type { DeviceConfig, SignConfig, SoundConfig } from './config/config.js';
import { PageServer, type ReadFile } from './page/page-server.js';
import {
  type Health,
  type LocalClock,
  type ModuleDriver,
  openBoardDriver,
  openDfplayer,
  openJetFile2,
  openJq8900,
  openMatrix,
  openNmea,
  openOmniLock,
  openOnbon,
  openSyn6288,
  openTerminal,
  openXfs5152ce,
  type SignDriver,
  type SoundDriver,
} from './peripherals/index.js';
import type { Clock, PartHealth, PartName, Peripherals, PositionSource, SoundOutput } from './ports/index.js';

export interface WireParts {
  readonly clock: Clock;
  readonly log: AgentLog;
  /** Where a file lies on the card of an MP3 module. */
  readonly trackOf: (sha256: string) => number | undefined;
  /** For what differs by day and night, and for clocks in signs. */
  readonly localTime: LocalClock;
  /** Files by their SHA-256, verified, for the page. */
  readonly readFile: ReadFile;
}

export interface Wired {
  readonly peripherals: Peripherals;
  /** What answers for itself, by the part it is. */
  readonly drivers: ReadonlyMap<PartName, ModuleDriver>;
  readonly page: PageServer | undefined;
}

/**
 * Everything that a device file names, brought up behind its ports. A module that isn't there yet is no error: it is
 * waited for, and tells as long as it is out of order.
 * @throws XiaolabaError `page-port`, `font-missing`, `font-malformed`
 */
export async function wire(
  config: DeviceConfig,
  { device }: Pick<DeviceIdentity, 'device'>,
  parts: WireParts,
): Promise<Wired> {
  const drivers = new Map<PartName, ModuleDriver>();
  const add = <D extends ModuleDriver>(part: PartName, driver: D): D => {
    drivers.set(part, driver);
    return driver;
  };
  const at = (wired: { readonly port: string; readonly baud: number }) => ({
    line: openLine(wired.port, wired.baud, parts.clock, parts.log),
    clock: parts.clock,
    log: parts.log,
  });
  const page = config.page && (await PageServer.start(device, config.page, parts.clock, parts.log, parts.readFile));
  const terminal = config.terminal && add('terminal', openTerminal(at(config.terminal), {}));
  const board = config.board && add('board', openBoardDriver(at(config.board), config.board));
  const lock =
    config.lock &&
    add('lock', openOmniLock(at(config.lock), config.lock.imei === undefined ? {} : { imei: config.lock.imei }));

  const soundOf = (sound: SoundConfig): SoundOutput => {
    if (sound.kind === 'alsa' || sound.kind === 'null' || sound.kind === 'file') return new FfmpegSound(sound);
    return add('sound', soundModule(sound, at(sound), parts)).sound;
  };
  const signOf = async (sign: SignConfig) => {
    if (sign.kind === 'terminal') return terminal?.sign;
    const driver = sign.kind === 'page' ? page?.sign : await signModule(sign, at(sign), parts);
    if (!driver) return;
    if (page && sign.kind !== 'page') page.other = driver;
    return add('sign', driver).sign;
  };
  const positionOf = (position: NonNullable<DeviceConfig['position']>): PositionSource | undefined => {
    if (position.kind === 'terminal') return terminal?.position;
    if (position.kind === 'fixed') return fixedAt(position);
    return add('position', openNmea(at(position), {})).position;
  };
  const sound = config.sound && soundOf(config.sound);
  const sign = config.sign && (await signOf(config.sign));
  const position = config.position && positionOf(config.position);
  return {
    drivers,
    page,
    peripherals: {
      ...board?.parts,
      ...(sound ? { sound } : {}),
      ...(sign ? { sign } : {}),
      ...(position ? { position } : {}),
      ...(lock ? { lock: lock.lock } : {}),
      health: healthOf(drivers),
      close: async () => {
        await Promise.all([...drivers.values()].map((driver) => driver.close()));
        await page?.close();
      },
    },
  };
}

type SoundModule = Exclude<SoundConfig, { kind: 'alsa' | 'null' | 'file' }>;
type SignModule = Exclude<SignConfig, { kind: 'page' | 'terminal' }>;
type At = Parameters<typeof openDfplayer>[0];

function soundModule({ kind }: SoundModule, at: At, { trackOf }: WireParts): SoundDriver {
  switch (kind) {
    case 'dfplayer':
      return openDfplayer(at, { trackOf });
    case 'jq8900':
      return openJq8900(at, { trackOf });
    case 'syn6288':
      return openSyn6288(at, {});
    case 'xfs5152ce':
      return openXfs5152ce(at, {});
  }
}

async function signModule(sign: SignModule, at: At, { localTime }: WireParts): Promise<SignDriver> {
  switch (sign.kind) {
    case 'onbon-bx5k':
      return openOnbon(at, { ...sign, localTime });
    case 'jetfile2':
      return openJetFile2(at, sign);
    case 'matrix':
      return openMatrix(at, { ...sign, localTime, glyphs: await readFont(sign.font) });
  }
}

const fixedAt = ({
  longitude,
  latitude,
}: {
  readonly longitude: number;
  readonly latitude: number;
}): PositionSource => ({
  current: () => [longitude, latitude],
  onFix: (call) => call([longitude, latitude]),
});

function healthOf(drivers: ReadonlyMap<PartName, ModuleDriver>): PartHealth {
  return {
    onChange(call) {
      for (const [part, driver] of drivers) {
        const tell = (health: Health): void => call(part, health === 'starting' ? undefined : health);
        if (driver.health) tell(driver.health);
        driver.onHealth(tell);
      }
    },
  };
}
