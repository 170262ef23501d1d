import { readFont, SystemClock } from '@xiaolaba/device/adapters';
import { debianFont, type GlyphSource } from '@xiaolaba/device/peripherals';
import { errorCode, errorText } from '@xiaolaba/protocol';
import { aborted, type CommandIo } from '@xiaolaba/protocol/command-line';
import { DfplayerTwin } from '../peripherals/modules/dfplayer.js';
import { FirmataTwin } from '../peripherals/modules/firmata.js';
import { JetFile2Twin } from '../peripherals/modules/jetfile2.js';
import { Jq8900Twin } from '../peripherals/modules/jq8900.js';
import { Jt808Twin } from '../peripherals/modules/jt808.js';
import { MatrixTwin } from '../peripherals/modules/matrix.js';
import type { ModuleTwin } from '../peripherals/modules/module-twin.js';
import { NmeaTwin } from '../peripherals/modules/nmea0183.js';
import { OmniTwin } from '../peripherals/modules/omni.js';
import { OnbonTwin } from '../peripherals/modules/onbon-bx5k.js';
import { servePty } from '../peripherals/modules/pty.js';
import { Syn6288Twin } from '../peripherals/modules/syn6288.js';
import { Xfs5152ceTwin } from '../peripherals/modules/xfs5152ce.js';
import { benchText } from './bench-text.js';

const clock = new SystemClock();
/** A card with a few tracks, as a technician would put in to try a module. */
const card = { tracks: [4_000, 6_000, 8_000].map((durationMs, index) => ({ number: index + 1, durationMs })) };
const size = { columns: 128, rows: 16, clock };
const somewhere = [113.31, 24.86] as const;
const font = (): Promise<GlyphSource> => readFont(debianFont);

const twins: Readonly<Record<string, () => ModuleTwin | Promise<ModuleTwin>>> = {
  dfplayer: () => new DfplayerTwin(clock, { card }),
  jq8900: () => new Jq8900Twin(clock, { card }),
  syn6288: () => new Syn6288Twin(clock),
  xfs5152ce: () => new Xfs5152ceTwin(clock),
  'onbon-bx5k': async () => new OnbonTwin({ ...size, glyphs: await font() }),
  jetfile2: async () => new JetFile2Twin({ ...size, glyphs: await font() }),
  matrix: () => new MatrixTwin(size),
  jt808: () => new Jt808Twin(clock, { edition: '2019', position: somewhere }),
  omni: () => new OmniTwin(clock, { family: 'SCO', position: somewhere }),
  nmea0183: () => new NmeaTwin(clock, { path: [somewhere] }),
  firmata: () => new FirmataTwin(clock),
};

/** `xiaolaba bench --pty`: one simulated module where any program that opens a serial port finds it. */
export async function ptyCommand(module: string, io: CommandIo): Promise<number> {
  const text = benchText[io.language];
  const make = Object.hasOwn(twins, module) ? twins[module] : undefined;
  if (!make) {
    io.stderr(`${text.ptyUnknown(Object.keys(twins))}\n`);
    return 2;
  }
  try {
    const twin = await make();
    const pty = await servePty(twin);
    twin.setPowered(true);
    io.stdout(`${text.ptyReady(module, pty.path)}\n`);
    await aborted(io.signal);
    twin.setPowered(false);
    await pty.close();
    return 0;
  } catch (error) {
    io.stderr(`${text.failed(errorCode(error), errorText(error))}\n`);
    return 3;
  }
}
