import type { AgentSettings, Peripherals } from '@xiaolaba/device';
import { openLine, PageServer } from '@xiaolaba/device/adapters';
import type { ByteLine, Health, ModuleDriver } from '@xiaolaba/device/peripherals';
import { Cable } from '../peripherals/modules/cable.js';
import type { ModuleTwin, SignScene } from '../peripherals/modules/module-twin.js';
import { moduleOf, type PartParts, type Press } from './modules.js';
import { Monitor } from './monitor.js';
import { BenchSoundCard } from './sound-card.js';
import { emittedOf } from './voice.js';
import type { PartWiring } from './wiring.js';

export interface BenchPart extends PartWiring {
  readonly driver?: ModuleDriver;
  readonly peripherals: Partial<Peripherals>;
  readonly size?: NonNullable<AgentSettings['sign']>;
  readonly health?: () => Health;
  readonly scene?: () => SignScene | undefined;
  readonly press?: (what: Press) => void;
  /** Where the full-screen page is, for a sign that is a screen. */
  readonly url?: string;
  isPlugged(): boolean;
  setPlugged(on: boolean): void;
  setPowered(on: boolean): void;
  close(): Promise<void>;
}

const usualBaud: Readonly<Record<string, number>> = {
  'onbon-bx5k': 57_600,
  firmata: 57_600,
  matrix: 115_200,
  xfs5152ce: 115_200,
};
/** One part of an endpoint: driver, cable and twin, or a real module at a port with the twin beside it. */
export async function makePart(wiring: PartWiring, parts: PartParts): Promise<BenchPart> {
  if (wiring.kind === 'sound-card') return soundCard(wiring, parts);
  if (wiring.kind === 'page') return await screen(wiring, parts);
  const module = await moduleOf(wiring, parts);
  const { twin } = module;
  const monitor = await Monitor.of(
    twin.protocol,
    () => parts.clock.monotonic(),
    (direction, seen) => parts.frame(wiring.part, direction, twin.protocol, seen),
  );
  const cable = new Cable(twin);
  const real = wiring.port === 'simulated' ? undefined : realLine(wiring, parts, twin, monitor);
  if (!real) cable.onBytes((direction, bytes) => monitor.take(direction, bytes));
  const { driver, peripherals } = module.drive({ line: real ?? cable.host, clock: parts.clock, log: parts.log });
  return {
    ...wiring,
    driver,
    peripherals,
    ...(module.size ? { size: module.size } : {}),
    ...(module.scene ? { scene: module.scene } : {}),
    ...(module.press ? { press: module.press } : {}),
    isPlugged: () => (real ? real.isUp : cable.isUp),
    setPlugged: (on) => cable.setPlugged(on),
    setPowered: (on) => twin.setPowered(on),
    close: async () => {
      twin.setPowered(false);
      await driver.close();
    },
  };
}

/** What goes to a real module goes to its twin too, whose answers nobody hears: it shows what should be seen. */
function realLine({ kind, port }: PartWiring, { clock, log }: PartParts, twin: ModuleTwin, monitor: Monitor): ByteLine {
  const line = openLine(port, usualBaud[kind] ?? 9600, clock, log);
  return {
    get isUp() {
      return line.isUp;
    },
    onData: (call) =>
      line.onData((bytes) => {
        monitor.take('to-host', bytes);
        call(bytes);
      }),
    onState: (call) => line.onState(call),
    write: async (bytes) => {
      await line.write(bytes);
      monitor.take('to-module', bytes);
      twin.receive(bytes);
    },
    close: () => line.close(),
  };
}

function soundCard(wiring: PartWiring, { clock, content, emits }: PartParts): BenchPart {
  const card = new BenchSoundCard(clock, (sound) => emits(sound && emittedOf.sound(sound, content, clock.monotonic())));
  return {
    ...wiring,
    peripherals: { sound: card },
    health: () => (card.isPlugged ? undefined : 'unplugged'),
    isPlugged: () => card.isPlugged,
    setPlugged: (on) => {
      card.isPlugged = on;
    },
    setPowered: () => {},
    close: async () => {},
  };
}

/** The device's own page, on any free port of this machine. */
async function screen(wiring: PartWiring, { clock, log, content }: PartParts): Promise<BenchPart> {
  const films = new Map(content.texts.flatMap(({ film }) => (film ? [[film.video.sha256, film.content]] : [])));
  const page = await PageServer.start('bench', { host: '127.0.0.1', port: 0 }, clock, log, async (sha256) =>
    films.get(sha256),
  );
  const driver = page.sign;
  return {
    ...wiring,
    driver,
    peripherals: { sign: driver.sign },
    size: { columns: 1280, rows: 720, charset: 'unicode' },
    url: `http://127.0.0.1:${page.port}/`,
    isPlugged: () => driver.health === undefined,
    setPlugged: () => {},
    setPowered: () => {},
    close: () => page.close(),
  };
}
