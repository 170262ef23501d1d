import { readFile } from 'node:fs/promises';
import { callerError, clockTimeSchema } from '@xiaolaba/protocol';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const pin = z.union([z.number().int().min(0).max(127), z.string().regex(/^A\d{1,2}$/)]);
const url = (protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `${protocols.map((protocol) => `${protocol}//`).join(' / ')} …`,
  });

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
  /** Analog reading, 0 to 1023; at `heardAt` and above there is sound. */
  level: z.strictObject({ pin, heardAt: z.number().min(0).max(1023) }).optional(),
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
  beatSeconds: z.number().int().min(10).max(3600).optional(),
  cacheMegabytes: z.number().int().min(1).max(65_536).optional(),
  limits: z
    .strictObject({
      quietHours: z.strictObject({ from: clockTimeSchema, to: clockTimeSchema }).optional(),
      volumeCap: z.number().int().min(0).max(100).optional(),
    })
    .default({}),
  sound: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('alsa'), device: z.string().min(1).default('default') }),
      z.strictObject({ kind: z.literal('null') }),
      z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
    ])
    .optional(),
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
