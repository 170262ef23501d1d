import { GPS, type NMEA } from 'gps';
import { z } from 'zod';
import { checksumOf } from './framing.js';

const number = z.number().nullable();
const clock = z
  .string()
  .regex(/^\d\d:\d\d:\d\d(\.\d+)?$/)
  .nullable();
const position = z
  .strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
  .nullable();
const text = z.string().nullable();

/** What each sentence says. A position is null without a fix, and never 0,0 for want of one. */
export const meaningFields = {
  rmc: {
    /** UTC with its date; null where the receiver has none. */
    time: z
      .string()
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      .nullable(),
    isActive: z.boolean(),
    /** Degrees, south and west negative. */
    position,
    speedKmh: number,
    courseDegrees: number,
    /** How the fix came about; `not valid` and `simulated` among others. */
    mode: text,
  },
  gga: {
    /** Time of day, UTC: the sentence has no date. */
    clock,
    position,
    /** Null is no fix. */
    quality: text,
    satellites: number,
    hdop: number,
    altitudeMetres: number,
    geoidMetres: number,
  },
  gll: { clock, isActive: z.boolean(), position, mode: text },
  vtg: { courseDegrees: number, speedKmh: number, mode: text },
  gsa: {
    mode: text,
    fix: z.enum(['2D', '3D']).nullable(),
    satellites: z.array(z.number()),
    pdop: number,
    hdop: number,
    vdop: number,
  },
  gsv: {
    message: number,
    messages: number,
    inView: number,
    satellites: z.array(
      z.strictObject({ id: number, elevationDegrees: number, azimuthDegrees: number, snrDb: number }),
    ),
  },
} as const;

export type MeaningKind = keyof typeof meaningFields;
export type Meaning = {
  [Kind in MeaningKind]: { kind: Kind } & z.infer<z.ZodObject<(typeof meaningFields)[Kind]>>;
}[MeaningKind];

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

const latitude = /^\d{4}(\.\d*)?$/;
const longitude = /^\d{5}(\.\d*)?$/;

/** Only whole coordinates of a valid fix: the library reads what is half there as a number too. */
function place(fields: readonly string[], at: number, hasFix: boolean, lat: number | null, lon: number | null) {
  const [latText = '', north = '', lonText = '', east = ''] = fields.slice(at, at + 4);
  if (!hasFix || !latitude.test(latText) || !longitude.test(lonText)) return null;
  if (!/^[NS]$/.test(north) || !/^[EW]$/.test(east)) return null;
  if (Number(latText.slice(2)) >= 60 || Number(lonText.slice(3)) >= 60) return null;
  if (finite(lat) === null || finite(lon) === null || lat === null || lon === null) return null;
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180 || (lat === 0 && lon === 0)) return null;
  // Minus zero is lost in JSON.
  return { latitude: lat + 0, longitude: lon + 0 };
}

function timeOfDay(value: string | undefined): string | null {
  const parts = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d|60)(\.\d+)?$/.exec(value ?? '');
  return parts ? `${parts[1]}:${parts[2]}:${parts[3]}${parts[4] ?? ''}` : null;
}

/** The library fills up a missing date with the host's: only what both fields say together is taken. */
function dated(time: Date | null, clockText: string | undefined, dateText: string | undefined): string | null {
  const clockOfDay = timeOfDay(clockText);
  const date = /^(\d\d)(\d\d)(\d\d)$/.exec(dateText ?? '');
  if (!time || !clockOfDay || !date || !Number.isFinite(time.getTime())) return null;
  const iso = time.toISOString();
  return iso.slice(2, 10) === `${date[3]}-${date[2]}-${date[1]}` && iso.slice(11, 19) === clockOfDay.slice(0, 8)
    ? iso
    : null;
}

function meaningOf(said: NMEA, fields: readonly string[]): Meaning | undefined {
  if (said.type === 'RMC') {
    const isActive = said.status === 'active' && said.faa !== 'not valid';
    return {
      kind: 'rmc',
      time: dated(said.time, fields[0], fields[8]),
      isActive,
      position: place(fields, 2, isActive, said.lat, said.lon),
      speedKmh: finite(said.speed),
      courseDegrees: finite(said.track),
      mode: said.faa,
    };
  }
  if (said.type === 'GGA') {
    return {
      kind: 'gga',
      clock: timeOfDay(fields[0]),
      position: place(fields, 1, said.quality !== null, said.lat, said.lon),
      quality: said.quality,
      satellites: finite(said.satellites),
      hdop: finite(said.hdop),
      altitudeMetres: finite(said.alt),
      geoidMetres: finite(said.geoidal),
    };
  }
  if (said.type === 'GLL') {
    const isActive = said.status === 'active' && said.faa !== 'not valid';
    const where = place(fields, 0, isActive, said.lat, said.lon);
    return { kind: 'gll', clock: timeOfDay(fields[4]), isActive, position: where, mode: said.faa };
  }
  if (said.type === 'VTG') {
    return { kind: 'vtg', courseDegrees: finite(said.track), speedKmh: finite(said.speed), mode: said.faa };
  }
  if (said.type === 'GSA') {
    const { mode, fix } = said;
    const satellites = said.satellites.filter(Number.isFinite);
    return {
      kind: 'gsa',
      mode,
      fix,
      satellites,
      pdop: finite(said.pdop),
      hdop: finite(said.hdop),
      vdop: finite(said.vdop),
    };
  }
  if (said.type === 'GSV') {
    return {
      kind: 'gsv',
      message: finite(said.msgNumber),
      messages: finite(said.msgsTotal),
      inView: finite(said.satsInView),
      satellites: said.satellites.map(({ prn, elevation, azimuth, snr }) => ({
        id: finite(prn),
        elevationDegrees: finite(elevation),
        azimuthDegrees: finite(azimuth),
        snrDb: finite(snr),
      })),
    };
  }
  return undefined;
}

const known = /^[A-Z]{2}(RMC|GGA|GLL|VTG|GSA|GSV)$/;

/** Minus zero would not come back from JSON. */
const normal = (meaning: Meaning): Meaning => JSON.parse(JSON.stringify(meaning)) as Meaning;

/** @param body what stands between `$` and `*`. @returns undefined where the sentence is none of these, or not well formed */
export function readMeaning(body: string): Meaning | undefined {
  const [address = '', ...fields] = body.split(',');
  if (!known.test(address)) return undefined;
  try {
    const said = GPS.Parse(`$${body}*${checksumOf(body).toString(16).padStart(2, '0')}`);
    if (said === false || !said.valid) return undefined;
    const meaning = meaningOf(said, fields);
    return meaning && normal(meaning);
  } catch {
    // The library throws at a field that the standard does not know.
    return undefined;
  }
}
