import { readFile } from 'node:fs/promises';
import { callerError, clockTimeSchema, isTimeZone } from '@xiaolaba/protocol';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { debianFont } from '../peripherals/matrix/unifont.js';

const pin = z.union([z.number().int().min(0).max(127), z.string().regex(/^A\d{1,2}$/)]);
const url = (protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `${protocols.map((protocol) => `${protocol}//`).join(' / ')} …`,
  });

/** Where a module is: a serial device, `tcp://host:port`, or `listen://host:port` for a module that calls us. */
const port = z.string().refine((text) => /^(\/|COM\d)/.test(text) || isSocket(text), {
  message: '/dev/… , COM… , tcp://host:port',
});
const isSocket = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port: number } = new URL(text);
  return ['tcp:', 'listen:'].includes(protocol) && hostname !== '' && number !== '';
};
const baud = (usual: number) => z.number().int().min(1200).max(921_600).default(usual);
const charset = z.enum(['gb2312', 'gbk', 'unicode']);
/** Dots across and down. */
const dots = { columns: z.number().int().min(8).max(4096), rows: z.number().int().min(8).max(1024) };

/** Per cent; from `dayFrom` to `nightFrom`, local time, by day. */
const brightnessSchema = z
  .strictObject({
    day: z.number().int().min(1).max(100).default(100),
    night: z.number().int().min(1).max(100).default(30),
    dayFrom: clockTimeSchema.default('07:00'),
    nightFrom: clockTimeSchema.default('19:00'),
  })
  .prefault({});
export type BrightnessConfig = z.infer<typeof brightnessSchema>;

/** The modules that make sound. MP3 modules play what `device card` put on their card. */
export const soundConfigSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('alsa'), device: z.string().min(1).default('default') }),
  z.strictObject({ kind: z.literal('null') }),
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
  z.strictObject({ kind: z.literal('dfplayer'), port, baud: baud(9600) }),
  z.strictObject({ kind: z.literal('jq8900'), port, baud: baud(9600) }),
  z.strictObject({ kind: z.literal('syn6288'), port, baud: baud(9600) }),
  z.strictObject({ kind: z.literal('xfs5152ce'), port, baud: baud(115_200) }),
]);
export type SoundConfig = z.infer<typeof soundConfigSchema>;

export const signConfigSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('onbon-bx5k'),
    port,
    baud: baud(57_600),
    ...dots,
    charset: charset.default('gb2312'),
    /** The controller's own address; 1 unless somebody changed it. */
    address: z.number().int().min(0).max(0xfffd).default(1),
    brightness: brightnessSchema,
  }),
  z.strictObject({
    kind: z.literal('jetfile2'),
    port,
    baud: baud(9600),
    ...dots,
    charset: charset.default('gb2312'),
    address: z
      .string()
      .regex(/^[0-9A-F]{2}$/)
      .default('01'),
  }),
  /** A card that takes bitmaps: rows of dots, rendered here from a font of 16 dots. */
  z.strictObject({
    kind: z.literal('matrix'),
    port,
    baud: baud(115_200),
    ...dots,
    brightness: brightnessSchema,
    /** GNU Unifont, `.hex`. */
    font: z.string().min(1).default(debianFont),
  }),
  /** A full-screen page that a browser on this machine shows. */
  z.strictObject({ kind: z.literal('page') }),
  /** The ticker and speech of a bus terminal that speaks JT/T 808; see `terminal`. */
  z.strictObject({ kind: z.literal('terminal') }),
]);
export type SignConfig = z.infer<typeof signConfigSchema>;

export const positionConfigSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('nmea0183'), port, baud: baud(9600) }),
  z.strictObject({ kind: z.literal('terminal') }),
  /** Fixed: what was surveyed. */
  z.strictObject({
    kind: z.literal('fixed'),
    longitude: z.number().min(-180).max(180),
    latitude: z.number().min(-90).max(90),
  }),
]);

/** A bus terminal that speaks JT/T 808 and takes this device for its platform. */
export const terminalConfigSchema = z.strictObject({ kind: z.literal('jt808'), port, baud: baud(9600) });

/** A lock that speaks Omni and takes this device for its server. */
export const lockConfigSchema = z.strictObject({
  kind: z.literal('omni'),
  port,
  baud: baud(9600),
  imei: z
    .string()
    .regex(/^\d{15}$/)
    .optional(),
});

/**
 * The proof that sound came out; at `heardAt` and above there is sound. All in counts of the board's ADC, 0 to 1023.
 * `sound`: a module that puts out the envelope of what a microphone hears: the mean over the last second.
 * `current`: a sensor in the amplifier's supply or output that swings around the middle of its scale (ACS712 and the
 * like): the RMS of the deviation from the mean over the last second, so that 0 is no current at all.
 */
export const levelConfigSchema = z.strictObject({
  pin,
  kind: z.enum(['sound', 'current']).default('sound'),
  heardAt: z.number().min(0).max(1023),
});
export type LevelConfig = z.infer<typeof levelConfigSchema>;

export const boardConfigSchema = z.strictObject({
  /** Serial device of a board that runs StandardFirmata. */
  port: z.string().min(1),
  baud: z.number().int().min(9600).max(921_600).default(57_600),
  /** The relay before the amplifier; `closed` is wired normally closed. `wakeMs`: how long the amplifier wakes. */
  relay: z
    .strictObject({
      pin,
      contact: z.enum(['open', 'closed']).default('open'),
      wakeMs: z.number().int().min(0).max(30_000),
    })
    .optional(),
  led: z.strictObject({ pin }).optional(),
  button: z.strictObject({ pin, pullup: z.boolean().default(true) }).optional(),
  override: z.strictObject({ pin, pullup: z.boolean().default(true) }).optional(),
  /** Switch that the lid of the case holds closed: a cut wire counts as an open lid. */
  case: z.strictObject({ pin, pullup: z.boolean().default(true) }).optional(),
  level: levelConfigSchema.optional(),
});
export type BoardConfig = z.infer<typeof boardConfigSchema>;

export const deviceConfigSchema = z.strictObject({
  gateway: z.strictObject({
    http: url(['http:', 'https:']),
    mqtt: url(['mqtt:', 'mqtts:']),
    /** Path of further certificates to trust, PEM. */
    ca: z.string().optional(),
  }),
  /** Path of the identity that enrolling wrote. */
  identity: z.string().min(1),
  /** Folder that survives power loss. */
  data: z.string().min(1),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** A log in the data folder besides systemd's journal; without systemd there is one anyway. */
  log: z
    .strictObject({
      /** A name below the data folder. */
      file: z
        .string()
        .regex(/^[\w][\w.-]*(\/[\w][\w.-]*)*$/)
        .optional(),
      /** All of its files together. */
      megabytes: z.number().int().min(1).max(1024).default(8),
    })
    .optional(),
  /** IANA name; for the day and night of signs. */
  zone: z.string().refine(isTimeZone, { message: 'Asia/Shanghai …' }).default('Asia/Shanghai'),
  beatSeconds: z.number().int().min(10).max(3600).optional(),
  cacheMegabytes: z.number().int().min(1).max(65_536).optional(),
  limits: z
    .strictObject({
      quietHours: z.strictObject({ from: clockTimeSchema, to: clockTimeSchema }).optional(),
      volumeCap: z.number().int().min(0).max(100).optional(),
    })
    .default({}),
  sound: soundConfigSchema.optional(),
  sign: signConfigSchema.optional(),
  position: positionConfigSchema.optional(),
  terminal: terminalConfigSchema.optional(),
  lock: lockConfigSchema.optional(),
  /** What the device serves on this machine: the full-screen page, and what is now showing. */
  page: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(8090),
    })
    .optional(),
  /** How files come: over HTTP, or in pieces over MQTT where there is no HTTP. By profile unless it is said. */
  files: z.enum(['http', 'mqtt']).optional(),
  board: boardConfigSchema.optional(),
});
export type DeviceConfig = z.infer<typeof deviceConfigSchema>;

/** @throws XiaolabaError `config-unreadable`; `config-invalid`, whose `problems` are all of them as `path: what` */
export async function readConfig(path: string): Promise<DeviceConfig> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw callerError('config-unreadable', 'no such file', { path }, cause);
  });
  return parseConfig(text, path);
}

export function parseConfig(text: string, path: string): DeviceConfig {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0)
    throw callerError('config-invalid', 'not YAML', { path, problems: document.errors.map(({ message }) => message) });
  const result = deviceConfigSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => {
    const where = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return [`${where || '(root)'}: ${issue.message}`];
    return issue.keys.map((key) => `${[...issue.path, key].join('.')}: unknown field`);
  });
  throw callerError('config-invalid', problems.join('; '), { path, problems });
}
