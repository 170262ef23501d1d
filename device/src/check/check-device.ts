import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { errorCode, type Profile } from '@xiaolaba/protocol';
import type { DeviceConfig } from '../config/config.js';
import type { Finding, ModuleDriver } from '../peripherals/index.js';
import type { Clock, PartName, Storage } from '../ports/index.js';

/** What is looked at besides the wired modules. */
export type CheckedPart = PartName | 'identity' | 'storage' | 'gateway' | 'profile';

/** What isn't a module has findings of its own. */
export interface CheckFinding {
  readonly ok: boolean;
  readonly code:
    | Finding['code']
    /** details: `device`, `place`, `profile` */
    | 'identity'
    /** details: `code` */
    | 'failed'
    /** details: `megabytes` */
    | 'free'
    /** details: `megabytes` */
    | 'little-room'
    /** details: `address` */
    | 'reached'
    /** details: `address` */
    | 'not-reached'
    /** details: `part`, which the profile needs and the file doesn't name */
    | 'not-wired'
    | 'sound-card'
    /** details: `says` */
    | 'no-sound-card';
  readonly details?: Readonly<Record<string, string | number>>;
}

export interface PartReport {
  readonly part: CheckedPart;
  /** `dfplayer`, `onbon-bx5k` …, where it is a module. */
  readonly module?: string;
  readonly port?: string;
  readonly findings: readonly CheckFinding[];
}

/** How long a module may take to come up before it is called silent, milliseconds. */
const comeUpMs = 8_000;
const reachMs = 4_000;
/** Less than this and downloads are refused sooner or later. */
const roomMegabytes = 64;

/** Waits until the module works, or has had its time; then asks it. */
export async function checkModule(driver: ModuleDriver, clock: Clock): Promise<readonly Finding[]> {
  const up = new AbortController();
  driver.onHealth((health) => {
    if (health === undefined) up.abort();
  });
  if (driver.health !== undefined) await clock.sleep(comeUpMs, up.signal);
  return driver.probe();
}

export async function checkStorage(storage: Storage): Promise<readonly CheckFinding[]> {
  try {
    await storage.replace('check', new TextEncoder().encode('ok'));
    await storage.remove('check');
    const megabytes = Math.floor((await storage.free()) / (1024 * 1024));
    return [
      {
        ok: megabytes >= roomMegabytes,
        code: megabytes >= roomMegabytes ? 'free' : 'little-room',
        details: { megabytes },
      },
    ];
  } catch (error) {
    return [{ ok: false, code: 'failed', details: { code: errorCode(error) } }];
  }
}

/** Whether both doors of the gateway answer; a device plays without them, but can't be told anything. */
export async function checkGateway({
  http,
  mqtt,
}: Pick<DeviceConfig['gateway'], 'http' | 'mqtt'>): Promise<readonly CheckFinding[]> {
  const door = new URL(mqtt);
  const port = Number(door.port) || (door.protocol === 'mqtts:' ? 8883 : 1883);
  const [byHttp, byMqtt] = await Promise.all([
    fetch(new URL('/', http), { method: 'HEAD', signal: AbortSignal.timeout(reachMs) }).then(
      () => true,
      () => false,
    ),
    answers(door.hostname, port),
  ]);
  const finding = (ok: boolean, address: string): CheckFinding => ({
    ok,
    code: ok ? 'reached' : 'not-reached',
    details: { address },
  });
  return [finding(byHttp, http), finding(byMqtt, mqtt)];
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (reached: boolean): void => {
      socket.destroy();
      resolve(reached);
    };
    socket.setTimeout(reachMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** Whether ffmpeg can open the sound card: a tenth of a second of silence. */
export function checkSoundCard(device: string, command = 'ffmpeg'): Promise<readonly CheckFinding[]> {
  const silence = ['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo', '-t', '0.1', '-f', 'alsa', device];
  return new Promise((resolve) => {
    const child = spawn(command, ['-hide_banner', '-nostdin', '-loglevel', 'error', ...silence], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let says = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      says = (says + text).slice(-200);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), reachMs);
    const end = (ok: boolean, why: string): void => {
      clearTimeout(timer);
      resolve([ok ? { ok, code: 'sound-card' } : { ok, code: 'no-sound-card', details: { says: why } }]);
    };
    child.on('error', (error) => end(false, error.message));
    child.on('close', (code) => end(code === 0, says.trim().split('\n').at(-1) ?? ''));
  });
}

/** What a profile can't do without, and the device file doesn't name. */
export function checkProfile(profile: Profile, config: DeviceConfig): readonly CheckFinding[] {
  const needs: Readonly<Record<Profile, readonly ('sound' | 'sign' | 'position' | 'lock')[]>> = {
    loudspeaker: ['sound'],
    'bus-screen': ['sound', 'sign', 'position'],
    'bike-lock': ['sound', 'lock'],
    'booth-sign': ['sign'],
  };
  return needs[profile].flatMap((part) =>
    config[part] ? [] : [{ ok: false, code: 'not-wired' as const, details: { part } }],
  );
}
