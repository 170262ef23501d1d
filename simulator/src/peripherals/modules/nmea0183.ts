import type { Cancel, Clock } from '@xiaolaba/device';
import { nmea0183Codec } from '@xiaolaba/device/peripherals';
import { distanceMetres, type Position } from '@xiaolaba/protocol';
import { between } from '../../world/geo.js';
import type { ModuleTwin } from './module-twin.js';

const everyMs = 1_000;
const knotKmh = 1.852;
/** Where a receiver's clock begins that has never seen a satellite. */
const unsetTime = Date.UTC(2006, 0, 1);

export interface NmeaTwinOptions {
  /** What it drives along, from one end to the other; one position alone stands still. At least one. */
  readonly path: readonly Position[];
  readonly speedKmh?: number;
  /** At the end of the path it goes on from the beginning; otherwise it stays there. */
  readonly isRound?: boolean;
  /** GP for GPS alone, BD for BeiDou alone, GN for both. */
  readonly talker?: 'GP' | 'GN' | 'BD';
  /** From power-on to the first fix. */
  readonly acquireMs?: number;
}

/** A receiver on something that drives: RMC, GGA, GSA and GSV once a second, with the time of the clock that it gets. */
export class NmeaTwin implements ModuleTwin {
  readonly protocol = 'nmea0183';
  #send: (bytes: Uint8Array) => void = () => {};
  #poweredAt: number | undefined;
  #tick: Cancel = () => {};
  #satellites = 9;
  /** Once it has heard the time it keeps it, until it loses power. */
  #knowsTime = false;
  #path: readonly Position[];
  #departedAt: number;

  constructor(
    private readonly clock: Clock,
    private readonly options: NmeaTwinOptions,
  ) {
    this.#path = options.path;
    this.#departedAt = clock.monotonic();
  }

  setPowered(on: boolean): void {
    this.#tick();
    this.#knowsTime = false;
    this.#poweredAt = on ? this.clock.monotonic() : undefined;
    if (on) this.#after();
  }

  /** Receivers take settings that nobody here sends. */
  receive(_bytes: Uint8Array): void {}

  onSend(call: (bytes: Uint8Array) => void): void {
    this.#send = call;
  }

  /** Satellites that it hears; fewer than four give no fix, none from power-on not even a time. */
  setSky(satellites: number): void {
    this.#satellites = satellites;
  }

  /** It is put there, and stands. */
  setPosition(position: Position): void {
    this.#path = [position];
  }

  /** Where it really is, and how it moves; its course is in degrees from north. */
  get whereabouts(): { readonly position: Position; readonly speedKmh: number; readonly courseDegrees: number } {
    const [first = [0, 0]] = this.#path;
    const legs = this.#path.slice(1).map((to, index) => {
      const from = this.#path[index] ?? to;
      return { from, to, metres: distanceMetres(from, to) };
    });
    const length = legs.reduce((sum, { metres }) => sum + metres, 0);
    const speedKmh = this.options.speedKmh ?? 0;
    const driven = (speedKmh / 3.6) * ((this.clock.monotonic() - this.#departedAt) / 1_000);
    let left = this.options.isRound && length > 0 ? driven % length : driven;
    for (const { from, to, metres } of legs) {
      const courseDegrees = courseOf(from, to);
      if (left < metres) return { position: between(from, to, left / metres), speedKmh, courseDegrees };
      left -= metres;
    }
    return { position: this.#path.at(-1) ?? first, speedKmh: 0, courseDegrees: 0 };
  }

  #after(): void {
    this.#tick = this.clock.after(everyMs, () => {
      this.#after();
      this.#speak();
    });
  }

  #speak(): void {
    const awakeMs = this.clock.monotonic() - (this.#poweredAt ?? 0);
    const hasFix = this.#satellites >= 4 && awakeMs >= (this.options.acquireMs ?? 0);
    this.#knowsTime ||= this.#satellites > 0;
    const now = new Date(this.#knowsTime ? this.clock.now() : unsetTime + awakeMs);
    const talker = this.options.talker ?? 'GN';
    const { position, speedKmh, courseDegrees } = this.whereabouts;
    const place = hasFix ? coordinates(position) : ['', '', '', ''];
    const time = now.toISOString().slice(11, 22).replaceAll(':', '');
    const date = `${now.toISOString().slice(8, 10)}${now.toISOString().slice(5, 7)}${now.toISOString().slice(2, 4)}`;
    const motion = hasFix ? [(speedKmh / knotKmh).toFixed(2), courseDegrees.toFixed(2)] : ['', ''];
    this.#say('rmc', `${talker}RMC`, [time, hasFix ? 'A' : 'V', ...place, ...motion, date, '', '', hasFix ? 'A' : 'N']);
    const used = String(hasFix ? this.#satellites : 0).padStart(2, '0');
    const height = hasFix ? ['12.0', 'M', '8.0', 'M'] : ['', 'M', '', 'M'];
    this.#say('gga', `${talker}GGA`, [
      time,
      ...place,
      hasFix ? '1' : '0',
      used,
      hasFix ? '0.9' : '99.9',
      ...height,
      '',
      '',
    ]);
    const seen = satellitesOf(talker, this.#satellites);
    for (const { system, ids } of seen) {
      const dilution = hasFix ? ['1.6', '0.9', '1.3'] : ['99.9', '99.9', '99.9'];
      const inUse = Array.from({ length: 12 }, (_, index) => (hasFix ? two(ids[index]) : ''));
      // Only of several systems need it be said which one a sentence is of: NMEA 0183 4.11, 1 GPS and 4 BeiDou.
      const [address, of] = talker === 'GN' ? ['GNGSA', [system === 'GP' ? '1' : '4']] : [`${system}GSA`, []];
      this.#say('gsa', address, ['A', hasFix ? '3' : '1', ...inUse, ...dilution, ...of]);
    }
    for (const { system, ids } of seen) this.#sayInView(system, ids);
  }

  #sayInView(system: string, ids: readonly number[]): void {
    const total = Math.max(1, Math.ceil(ids.length / 4));
    for (let index = 0; index < total; index++) {
      const four = ids.slice(4 * index, 4 * index + 4);
      // Spread over the sky by their numbers alone.
      const rows = four.flatMap((id) => [
        two(id),
        two(20 + ((id * 7) % 60)),
        String((id * 37) % 360).padStart(3, '0'),
        '38',
      ]);
      this.#say('gsv', `${system}GSV`, [String(total), String(index + 1), two(ids.length), ...rows]);
    }
  }

  #say(kind: 'rmc' | 'gga' | 'gsa' | 'gsv', address: string, fields: readonly string[]): void {
    this.#send(nmea0183Codec.encode({ kind, address, fields }));
  }
}

const two = (value: number | undefined): string => (value === undefined ? '' : String(value).padStart(2, '0'));

function satellitesOf(talker: 'GP' | 'GN' | 'BD', count: number) {
  const ids = (system: string, from: number, length: number) => ({
    system,
    ids: Array.from({ length }, (_, index) => from + 2 * index),
  });
  if (talker !== 'GN') return [ids(talker, 3, count)];
  const gps = Math.ceil(count / 2);
  return [ids('GP', 3, gps), ids('GB', 5, count - gps)];
}

/** Degrees and minutes with five decimals, about two centimetres. */
function coordinates([longitude, latitude]: Position): string[] {
  const written = (value: number, digits: number): string => {
    const all = Math.round(Math.abs(value) * 6_000_000);
    const minutes = all % 6_000_000;
    const text = (minutes / 100_000).toFixed(5).padStart(8, '0');
    return `${String((all - minutes) / 6_000_000).padStart(digits, '0')}${text}`;
  };
  return [written(latitude, 2), latitude < 0 ? 'S' : 'N', written(longitude, 3), longitude < 0 ? 'W' : 'E'];
}

function courseOf(from: Position, to: Position): number {
  const east = (to[0] - from[0]) * Math.cos((from[1] * Math.PI) / 180);
  const degrees = (Math.atan2(east, to[1] - from[1]) * 180) / Math.PI;
  return (degrees + 360) % 360;
}
