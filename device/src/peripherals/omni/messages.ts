import { z } from 'zod';
import { positionFields, positionParams, readPosition } from './position.js';

/** Which of the two text forms: `*SCO?` (and its vendor twins) or the horseshoe lock's `*CMD?` with a clock. */
export type Family = 'scooter' | 'horseshoe';
export type Direction = 'from-server' | 'from-lock';

interface MessageSpec<Kind extends string, Fields extends z.ZodRawShape> {
  readonly kind: Kind;
  readonly command: string;
  readonly direction: Direction;
  readonly families: readonly Family[];
  readonly fields: Fields;
  /** @returns undefined where the parameters have another shape */
  read(params: readonly string[]): z.infer<z.ZodObject<Fields>> | undefined;
  write(value: z.infer<z.ZodObject<Fields>>): readonly string[];
}
const spec = <Kind extends string, Fields extends z.ZodRawShape>(message: MessageSpec<Kind, Fields>) => message;

const both: readonly Family[] = ['scooter', 'horseshoe'];
const scooter: readonly Family[] = ['scooter'];
const horseshoe: readonly Family[] = ['horseshoe'];

const whole = z.int().min(0).max(0xffffffff);
const volts = z
  .number()
  .min(0)
  .max(0xffffffff / 100);
const count = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= 0xffffffff ? Number(text) : undefined;

/** Whole numbers by name, in their order on the wire; the last `optional` of them may be missing. */
function numbers<const Name extends string>(names: readonly Name[], optional = 0) {
  type Fields = { [name in Name]: z.ZodOptional<z.ZodNumber> };
  const fields = Object.fromEntries(
    names.map((name, index) => [name, index < names.length - optional ? whole : whole.optional()]),
  ) as unknown as Fields;
  return {
    fields,
    read: (params: readonly string[]): z.infer<z.ZodObject<Fields>> | undefined => {
      if (params.length > names.length || params.length < names.length - optional) return undefined;
      const values = params.map(count);
      if (values.includes(undefined)) return undefined;
      return Object.fromEntries(values.map((value, index) => [names[index], value])) as z.infer<z.ZodObject<Fields>>;
    },
    write: (value: z.infer<z.ZodObject<Fields>>): string[] => {
      const record = value as Readonly<Record<string, number | undefined>>;
      return names.flatMap((name) => (record[name] === undefined ? [] : [String(record[name])]));
    },
  };
}

const hundredths = (text: string | undefined) => {
  const raw = count(text);
  return raw === undefined ? undefined : raw / 100;
};
const inHundredths = (value: number) => String(Math.round(value * 100));
const flag = (text: string | undefined) => (text === '0' ? false : text === '1' ? true : undefined);
const oneOrZero = (value: boolean) => (value ? '1' : '0');

const checkIn = spec({
  kind: 'check-in',
  command: 'Q0',
  direction: 'from-lock',
  families: both,
  /** The lock's own battery. Signal 2 to 32. */
  fields: { batteryVolts: volts, batteryPercent: whole.optional(), signal: whole.optional() },
  read: ([voltage, percent, signal, ...more]) => {
    const batteryVolts = hundredths(voltage);
    const batteryPercent = count(percent);
    const level = count(signal);
    if (batteryVolts === undefined || more.length > 0) return undefined;
    if ((percent !== undefined && batteryPercent === undefined) || (signal !== undefined && level === undefined))
      return undefined;
    return {
      batteryVolts,
      ...(batteryPercent === undefined ? {} : { batteryPercent }),
      ...(level === undefined ? {} : { signal: level }),
    };
  },
  write: ({ batteryVolts, batteryPercent, signal }) =>
    [inHundredths(batteryVolts), batteryPercent, signal].flatMap((one) => (one === undefined ? [] : [String(one)])),
});

const scooterBeat = spec({
  kind: 'lock-heartbeat',
  command: 'H0',
  direction: 'from-lock',
  families: both,
  /** Scooters add the battery's percentage and whether it charges. */
  fields: {
    locked: z.boolean(),
    batteryVolts: volts,
    signal: whole,
    batteryPercent: whole.optional(),
    charging: z.boolean().optional(),
  },
  read: (params) => {
    const locked = flag(params[0]);
    const batteryVolts = hundredths(params[1]);
    const signal = count(params[2]);
    if (locked === undefined || batteryVolts === undefined || signal === undefined) return undefined;
    if (params.length === 3) return { locked, batteryVolts, signal };
    const batteryPercent = count(params[3]);
    const charging = flag(params[4]);
    if (params.length !== 5 || batteryPercent === undefined || charging === undefined) return undefined;
    return { locked, batteryVolts, signal, batteryPercent, charging };
  },
  write: ({ locked, batteryVolts, signal, batteryPercent, charging }) => [
    oneOrZero(locked),
    inHundredths(batteryVolts),
    String(signal),
    ...(batteryPercent === undefined ? [] : [String(batteryPercent)]),
    ...(charging === undefined ? [] : [oneOrZero(charging)]),
  ],
});

const operations = ['unlock', 'lock'] as const;
const keyFields = { operation: z.enum(operations), userId: whole, timestamp: whole };
const operation = (text: string | undefined): (typeof operations)[number] | undefined =>
  text === '0' ? 'unlock' : text === '1' ? 'lock' : undefined;

const requestKey = spec({
  kind: 'request-key',
  command: 'R0',
  direction: 'from-server',
  families: scooter,
  fields: { ...keyFields, validSeconds: whole },
  read: (params) => {
    const [validSeconds, userId, timestamp] = params.slice(1).map(count);
    const wanted = operation(params[0]);
    if (
      params.length !== 4 ||
      !wanted ||
      validSeconds === undefined ||
      userId === undefined ||
      timestamp === undefined
    ) {
      return undefined;
    }
    return { operation: wanted, validSeconds, userId, timestamp };
  },
  write: (value) => [
    String(operations.indexOf(value.operation)),
    String(value.validSeconds),
    String(value.userId),
    String(value.timestamp),
  ],
});

const operationKey = spec({
  kind: 'operation-key',
  command: 'R0',
  direction: 'from-lock',
  families: scooter,
  fields: { ...keyFields, key: whole },
  read: (params) => {
    const [key, userId, timestamp] = params.slice(1).map(count);
    const wanted = operation(params[0]);
    if (params.length !== 4 || !wanted || key === undefined || userId === undefined || timestamp === undefined)
      return undefined;
    return { operation: wanted, key, userId, timestamp };
  },
  write: (value) => [
    String(operations.indexOf(value.operation)),
    String(value.key),
    String(value.userId),
    String(value.timestamp),
  ],
});

/** The codes of V0 that vendors agree on; firmware may know more. */
const voices = { hold: 1, find: 2, 'voice-off': 80, 'voice-on': 81 } as const;
const voiceNames = ['hold', 'find', 'voice-off', 'voice-on'] as const;
const voice = <Kind extends string>(kind: Kind, direction: Direction) =>
  spec({
    kind,
    command: 'V0',
    direction,
    families: both,
    fields: { voice: z.union([z.enum(voiceNames), z.int().min(0).max(255)]) },
    read: ([code, ...more]) => {
      const value = count(code);
      if (value === undefined || value > 255 || more.length > 0) return undefined;
      return { voice: voiceNames.find((name) => voices[name] === value) ?? value };
    },
    write: ({ voice: wanted }) => [String(typeof wanted === 'number' ? wanted : voices[wanted])],
  });

/** 1 moved while locked, 2 fallen over, 3 opened by force, 4 low battery, 6 fall ended, 7 opening ended. */
const alarmNames: Readonly<Record<string, string>> = {
  '1': 'moved',
  '2': 'fallen',
  '3': 'forced',
  '4': 'low-battery',
  '6': 'fall-over',
  '7': 'forced-over',
};
const alarmCodes = new Map(Object.entries(alarmNames).map(([code, name]) => [name, code]));
const alarm = spec({
  kind: 'alarm',
  command: 'W0',
  direction: 'from-lock',
  families: both,
  fields: { alarm: z.union([z.enum(Object.values(alarmNames)), z.int().min(0).max(255)]) },
  read: ([code, ...more]) => {
    const value = count(code);
    if (value === undefined || value > 255 || more.length > 0) return undefined;
    return { alarm: alarmNames[String(value)] ?? value };
  },
  write: (value) => [typeof value.alarm === 'number' ? String(value.alarm) : (alarmCodes.get(value.alarm) ?? '')],
});

const bare = <Kind extends string>(kind: Kind, command: string, families: readonly Family[]) =>
  spec({
    kind,
    command,
    direction: 'from-server',
    families,
    fields: {},
    read: (params) => (params.length === 0 ? {} : undefined),
    write: () => [],
  });

const bleKey = spec({
  kind: 'bluetooth-key',
  command: 'K0',
  direction: 'from-lock',
  families: both,
  fields: { key: z.string().regex(/^[\x20-\x22\x24-\x29\x2b\x2d-\x7e]+$/) },
  read: ([key, ...more]) => (key && more.length === 0 ? { key } : undefined),
  write: ({ key }) => [key],
});

const acknowledge = spec({
  kind: 'acknowledge',
  command: 'Re',
  direction: 'from-server',
  families: horseshoe,
  fields: { of: z.string().regex(/^[A-Z]\d$/) },
  read: ([of, ...more]) => (of && /^[A-Z]\d$/.test(of) && more.length === 0 ? { of } : undefined),
  write: ({ of }) => [of],
});

const named = <Kind extends string, const Name extends string>(
  kind: Kind,
  command: string,
  direction: Direction,
  families: readonly Family[],
  names: readonly Name[],
  optional = 0,
) => spec({ kind, command, direction, families, ...numbers(names, optional) });

/** Timestamps are Unix seconds; together with the user id they tell one ride from another. Result 0 is success. */
export const messageSpecs = [
  checkIn,
  scooterBeat,
  requestKey,
  operationKey,
  named('unlock', 'L0', 'from-server', scooter, ['key', 'userId', 'timestamp']),
  named('unlock-horseshoe', 'L0', 'from-server', horseshoe, ['resetRideTimer', 'userId', 'timestamp']),
  named('unlocked', 'L0', 'from-lock', both, ['result', 'userId', 'timestamp']),
  bare('unlocked-received', 'L0', scooter),
  named('lock', 'L1', 'from-server', scooter, ['key']),
  named('locked', 'L1', 'from-lock', scooter, ['result', 'userId', 'timestamp', 'rideMinutes']),
  named('locked-horseshoe', 'L1', 'from-lock', horseshoe, ['userId', 'timestamp', 'rideMinutes']),
  bare('locked-received', 'L1', both),
  acknowledge,
  named('settings', 'S5', 'from-server', scooter, ['sensitivity', 'upload', 'heartbeatSeconds', 'uploadSeconds']),
  named('settings-report', 'S5', 'from-lock', scooter, ['sensitivity', 'upload', 'heartbeatSeconds', 'uploadSeconds']),
  bare('query-status', 'S5', horseshoe),
  spec({
    kind: 'status',
    command: 'S5',
    direction: 'from-lock',
    families: horseshoe,
    fields: { batteryVolts: volts, signal: whole, satellites: whole, locked: z.boolean() },
    read: (params) => {
      const batteryVolts = hundredths(params[0]);
      const signal = count(params[1]);
      const satellites = count(params[2]);
      const locked = flag(params[3]);
      // Later firmware adds one or two that the protocol calls reserved.
      if (params.length < 4 || params.length > 6 || batteryVolts === undefined || signal === undefined)
        return undefined;
      return satellites === undefined || locked === undefined
        ? undefined
        : { batteryVolts, signal, satellites, locked };
    },
    write: (value) => [
      inHundredths(value.batteryVolts),
      String(value.signal),
      String(value.satellites),
      oneOrZero(value.locked),
    ],
  }),
  bare('query-position', 'D0', both),
  spec({
    kind: 'position',
    command: 'D0',
    direction: 'from-lock',
    families: both,
    fields: positionFields,
    read: readPosition,
    write: positionParams,
  }),
  named('track', 'D1', 'from-server', both, ['intervalSeconds']),
  named('tracking', 'D1', 'from-lock', both, ['intervalSeconds']),
  voice('voice', 'from-server'),
  voice('voice-echo', 'from-lock'),
  alarm,
  bare('alarm-received', 'W0', both),
  bare('query-vehicle', 'S6', scooter),
  bare('query-firmware', 'G0', both),
  bare('query-bluetooth-key', 'K0', both),
  bleKey,
  named('event', 'S1', 'from-server', scooter, ['event']),
  named('event-echo', 'S1', 'from-lock', scooter, ['event']),
  named('find', 'S8', 'from-server', horseshoe, ['rings', 'reserved'], 1),
  named('find-echo', 'S8', 'from-lock', horseshoe, ['rings', 'reserved'], 1),
] as const;
