import type { AgentLog, AgentSettings, Clock, Peripherals } from '@xiaolaba/device';
import { readFont } from '@xiaolaba/device/adapters';
import {
  type DriverParts,
  debianFont,
  localTimeAt,
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
} from '@xiaolaba/device/peripherals';
import { bugError } from '@xiaolaba/protocol';
import type { Direction } from '../peripherals/modules/cable.js';
import { DfplayerTwin } from '../peripherals/modules/dfplayer.js';
import { FirmataTwin } from '../peripherals/modules/firmata.js';
import { JetFile2Twin } from '../peripherals/modules/jetfile2.js';
import { Jq8900Twin } from '../peripherals/modules/jq8900.js';
import { Jt808Twin } from '../peripherals/modules/jt808.js';
import { MatrixTwin } from '../peripherals/modules/matrix.js';
import type { ModuleTwin, SignScene, SignTwin, VoiceTwin } from '../peripherals/modules/module-twin.js';
import { NmeaTwin } from '../peripherals/modules/nmea0183.js';
import { OmniTwin } from '../peripherals/modules/omni.js';
import { OnbonTwin } from '../peripherals/modules/onbon-bx5k.js';
import { Syn6288Twin } from '../peripherals/modules/syn6288.js';
import { Xfs5152ceTwin } from '../peripherals/modules/xfs5152ce.js';
import type { BenchContent } from './bench-content.js';
import { benchZone } from './bench-releases.js';
import type { PartId } from './contract.js';
import { amplifierWakeMs, countsPerDb, type Ears, heardAtDb } from './ears.js';
import type { Line } from './line.js';
import type { Seen } from './monitor.js';
import { emittedOf } from './voice.js';
import type { Emitted, PartWiring } from './wiring.js';

export type Press = 'test' | 'unlock' | 'lock' | 'case-open' | 'case-closed' | 'override-on' | 'override-off';

export interface PartParts {
  readonly clock: Clock;
  readonly log: AgentLog;
  readonly content: BenchContent;
  readonly ears: Ears;
  readonly line: Line | undefined;
  readonly frame: (part: PartId, direction: Direction, protocol: string, seen: Seen) => void;
  readonly changed: () => void;
  readonly emits: (emitted: Emitted | undefined) => void;
}

const signSize = { columns: 128, rows: 16 };
const brightness = { day: 100, night: 30, dayFrom: '07:00', nightFrom: '19:00' };
/** Pins of the bench's board: relay, lamp, test button, village microphone, lid; the level on A0. */
const pins = { relay: 7, led: 13, button: 2, override: 3, case: 4 } as const;

interface Driven {
  readonly driver: ModuleDriver;
  readonly peripherals: Partial<Peripherals>;
}

/** A twin, and how the device drives what it is the twin of. */
export interface Module {
  readonly twin: ModuleTwin;
  readonly drive: (parts: DriverParts) => Driven;
  readonly size?: NonNullable<AgentSettings['sign']>;
  readonly scene?: () => SignScene | undefined;
  readonly press?: (what: Press) => void;
}

/** What is at the end of a cable of this kind. */
export async function moduleOf({ part, kind }: PartWiring, parts: PartParts): Promise<Module> {
  switch (part) {
    case 'sound':
      return voiceOf(kind, parts);
    case 'sign':
      return await signOf(kind, parts);
    case 'board':
      return boardOf(parts);
    case 'position':
      return positionOf(kind, parts);
    case 'lock':
      return lockOf(parts);
    case 'terminal':
      throw bugError('bench-part', 'terminals are wired as sign or position', {});
  }
}

function voiceOf(kind: string, { clock, content, emits, changed }: PartParts): Module {
  const tracks = content.spoken.map(({ rendition }, index) => ({
    number: index + 1,
    durationMs: rendition.durationMs,
  }));
  const trackOf = (sha256: string): number | undefined => {
    const index = content.spoken.findIndex(({ rendition }) => rendition.sha256 === sha256);
    return index < 0 ? undefined : index + 1;
  };
  const heard = (twin: VoiceTwin, drive: (parts: DriverParts) => ReturnType<typeof openDfplayer>): Module => {
    twin.onSounding((sounding) => {
      emits(sounding && emittedOf.sounding(sounding, content));
      changed();
    });
    return {
      twin,
      drive: (parts) => {
        const driver = drive(parts);
        return { driver, peripherals: { sound: driver.sound } };
      },
    };
  };
  switch (kind) {
    case 'dfplayer':
      return heard(new DfplayerTwin(clock, { card: { tracks } }), (parts) => openDfplayer(parts, { trackOf }));
    case 'jq8900':
      return heard(new Jq8900Twin(clock, { card: { tracks } }), (parts) => openJq8900(parts, { trackOf }));
    case 'syn6288':
      return heard(new Syn6288Twin(clock), (parts) => openSyn6288(parts, {}));
    case 'xfs5152ce':
      return heard(new Xfs5152ceTwin(clock), (parts) => openXfs5152ce(parts, {}));
    default:
      throw bugError('bench-part', `no sound module ${kind}`, { kind });
  }
}

async function signOf(kind: string, { clock, changed, line }: PartParts): Promise<Module> {
  const glyphs = await readFont(debianFont);
  const localTime = () => localTimeAt(clock.now(), benchZone);
  const shown = { ...signSize, glyphs, clock };
  const size = { ...signSize, charset: kind === 'matrix' ? 'unicode' : 'gb2312' } as const;
  const seen = (twin: SignTwin, drive: (parts: DriverParts) => ReturnType<typeof openOnbon>): Module => {
    twin.onScene(changed);
    return {
      twin,
      size,
      scene: () => twin.scene,
      drive: (parts) => {
        const driver = drive(parts);
        return { driver, peripherals: { sign: driver.sign } };
      },
    };
  };
  switch (kind) {
    case 'onbon-bx5k':
      return seen(new OnbonTwin(shown), (parts) =>
        openOnbon(parts, { ...signSize, charset: 'gb2312', address: 1, baud: 57_600, brightness, localTime }),
      );
    case 'jetfile2':
      return seen(new JetFile2Twin(shown), (parts) =>
        openJetFile2(parts, { ...signSize, charset: 'gb2312', address: '01', baud: 9600 }),
      );
    case 'matrix':
      return seen(new MatrixTwin({ ...signSize, clock }), (parts) =>
        openMatrix(parts, { ...signSize, baud: 115_200, brightness, glyphs, localTime }),
      );
    case 'jt808': {
      const position = line?.position;
      const screen = { ...signSize, glyphs };
      const twin = new Jt808Twin(clock, { edition: '2019', screen, ...(position ? { position } : {}) });
      twin.onScene(changed);
      return {
        twin,
        size,
        scene: () => twin.scene,
        drive: (parts) => {
          const driver = openTerminal(parts, {});
          return { driver, peripherals: { sign: driver.sign } };
        },
      };
    }
    default:
      throw bugError('bench-part', `no sign ${kind}`, { kind });
  }
}

function boardOf({ clock, ears, changed }: PartParts): Module {
  const twin = new FirmataTwin(clock);
  twin.setAnalog(0, () => Math.min(1023, Math.max(0, Math.round(ears.level() * countsPerDb))));
  twin.onPin((pin, level) => {
    if (pin !== pins.relay) return;
    ears.switch(level);
    changed();
  });
  // The lid holds its switch down.
  twin.press(pins.case, true);
  return {
    twin,
    press: (what) => {
      if (what === 'test') {
        twin.press(pins.button, true);
        clock.after(200, () => twin.press(pins.button, false));
      } else if (what === 'case-open' || what === 'case-closed') twin.press(pins.case, what === 'case-closed');
      else if (what === 'override-on' || what === 'override-off') twin.press(pins.override, what === 'override-on');
    },
    drive: (parts) => {
      const driver = openBoardDriver(parts, {
        relay: { pin: pins.relay, contact: 'open', wakeMs: amplifierWakeMs },
        led: { pin: pins.led },
        button: { pin: pins.button, pullup: true },
        override: { pin: pins.override, pullup: true },
        case: { pin: pins.case, pullup: true },
        level: { pin: 'A0', kind: 'sound', heardAt: heardAtDb * countsPerDb },
      });
      return { driver, peripherals: driver.parts };
    },
  };
}

function positionOf(kind: string, { clock, line }: PartParts): Module {
  const path = [line?.position ?? ([113.31, 24.86] as const)];
  const twin =
    kind === 'jt808' ? new Jt808Twin(clock, { edition: '2013', reportMs: 1_000 }) : new NmeaTwin(clock, { path });
  twin.setPosition(path[0] ?? [0, 0]);
  if (line) line.onMoved = (position, speed) => twin.setPosition(position, speed * 3.6);
  return {
    twin,
    drive: (parts) => {
      const driver = kind === 'jt808' ? openTerminal(parts, {}) : openNmea(parts, {});
      return { driver, peripherals: { position: driver.position } };
    },
  };
}

function lockOf({ clock, changed }: PartParts): Module {
  const twin = new OmniTwin(clock, { family: 'SCO' });
  return {
    twin,
    press: (what) => {
      if (what === 'unlock') twin.unlock();
      else if (what === 'lock') twin.lock();
      changed();
    },
    drive: (parts) => {
      const driver = openOmniLock(parts, {});
      return { driver, peripherals: { lock: driver.lock } };
    },
  };
}
