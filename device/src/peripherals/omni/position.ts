import { z } from 'zod';

/** Of a D0 report: NMEA-like fields, WGS-84. */
export const positionFields = {
  /** Why it comes: asked for, or on the interval that D1 set. */
  trigger: z.enum(['query', 'interval']),
  /** UTC; null where the lock has no time. */
  time: z
    .string()
    .regex(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    .nullable(),
  /** Degrees, south and west negative; null without a fix. */
  position: z
    .strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
    .nullable(),
  satellites: z.int().min(0).max(255).nullable(),
  hdop: z.number().min(0).nullable(),
  altitudeMetres: z.number().nullable(),
} as const;
const position = z.strictObject(positionFields);
export type Position = z.infer<typeof position>;

const number = (text: string | undefined): number | null =>
  text !== undefined && /^-?\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : null;

function degrees(text: string | undefined, hemisphere: string | undefined, letters: string, digits: number) {
  const parts = /^(\d+)(\d\d(?:\.\d{1,9})?)$/.exec(text ?? '');
  const [positive, negative] = letters;
  if (!parts?.[1] || parts[1].length !== digits || !(hemisphere === positive || hemisphere === negative)) return null;
  const minutes = Number(parts[2]);
  const value = Number(parts[1]) + minutes / 60;
  if (minutes >= 60 || value > (digits === 2 ? 90 : 180)) return null;
  return hemisphere === negative && value !== 0 ? -value : value;
}

function instant(date: string | undefined, time: string | undefined): string | null {
  const day = /^(\d\d)(\d\d)(\d\d)$/.exec(date ?? '');
  const clock = /^(\d\d)(\d\d)(\d\d)(\.\d{1,9})?$/.exec(time ?? '');
  if (!day || !clock) return null;
  const second = `20${day[3]}-${day[2]}-${day[1]}T${clock[1]}:${clock[2]}:${clock[3]}`;
  const read = Date.parse(`${second}Z`);
  if (!Number.isFinite(read) || new Date(read).toISOString().slice(0, 19) !== second) return null;
  return `${second}${clock[4] ?? ''}Z`;
}

/** @returns undefined where the parameters are no position report */
export function readPosition(params: readonly string[]): Position | undefined {
  const [trigger, time, status, latitude, north, longitude, east, satellites, hdop, date, altitude] = params;
  if (params.length < 11 || params.length > 13 || !(trigger === '0' || trigger === '1')) return undefined;
  if (!(status === 'A' || status === 'V')) return undefined;
  const lat = degrees(latitude, north, 'NS', 2);
  const lon = degrees(longitude, east, 'EW', 3);
  // Mode N is "no valid data", whatever the status says; 0,0 is what a lock without a fix may write.
  const hasFix = status === 'A' && params[12] !== 'N' && lat !== null && lon !== null && (lat !== 0 || lon !== 0);
  const count = number(satellites);
  return {
    trigger: trigger === '0' ? 'query' : 'interval',
    time: instant(date, time),
    position: hasFix ? { latitude: lat, longitude: lon } : null,
    satellites: count !== null && Number.isInteger(count) && count >= 0 && count <= 255 ? count : null,
    hdop: hdop === undefined || (number(hdop) ?? -1) < 0 ? null : number(hdop),
    altitudeMetres: number(altitude),
  };
}

function written(value: number, digits: number): string {
  // In ten-thousandths of a minute, so that 59.99996 minutes carry over into the degrees.
  const total = Math.round(Math.abs(value) * 600_000);
  const minutes = total % 600_000;
  const whole = String((total - minutes) / 600_000).padStart(digits, '0');
  return `${whole}${String(Math.floor(minutes / 10_000)).padStart(2, '0')}.${String(minutes % 10_000).padStart(4, '0')}`;
}

const plain = (value: number | null) => (value === null ? '' : String(value));

export function positionParams(value: Position): string[] {
  const trigger = value.trigger === 'query' ? '0' : '1';
  const parts = /^20(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d+)?)Z$/.exec(value.time ?? '');
  const date = parts ? `${parts[3]}${parts[2]}${parts[1]}` : '';
  const clock = parts ? `${parts[4]}${parts[5]}${parts[6]}` : '';
  const { position: place } = value;
  const fix = place
    ? [
        'A',
        written(place.latitude, 2),
        place.latitude < 0 ? 'S' : 'N',
        written(place.longitude, 3),
        place.longitude < 0 ? 'W' : 'E',
      ]
    : ['V', '', '', '', ''];
  const tail = [plain(value.satellites), plain(value.hdop), date, plain(value.altitudeMetres), 'M', place ? 'A' : 'N'];
  return [trigger, clock, ...fix, ...tail];
}
