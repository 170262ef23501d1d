import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { callerError, fromBase64, type PublicKey, XiaolabaError } from '@xiaolaba/protocol';
import { publicKeyFrom } from '@xiaolaba/protocol/node';
import { parse } from 'yaml';
import { z } from 'zod';

/** A number, or its digits: environment variables are text. Anything else that JavaScript could count is a mistake. */
const whole = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z.number().int().min(min).max(max),
  );
const portSchema = whole(0, 65_535);

/** Why a text is no approver's public key. */
function keyFault(text: string): string | undefined {
  try {
    publicKeyFrom(fromBase64(text) ?? new Uint8Array());
    return undefined;
  } catch (error) {
    return error instanceof XiaolabaError ? error.code : 'key-malformed';
  }
}
const publicKeySchema = z.string().superRefine((text, context) => {
  const fault = keyFault(text);
  if (fault) context.addIssue({ code: 'custom', message: fault });
});

const settingsSchema = z.strictObject({
  http: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: portSchema.default(8080),
      /** Where browsers reach the console, where that is not the gateway's own address: `https://…` before a proxy. */
      publicUrl: z.url({ protocol: /^https?$/ }).optional(),
      /** Proxies that are believed when they say from where a request came: addresses, or networks as `10.0.0.0/8`. */
      proxies: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).default([]),
    })
    .prefault({}),
  /** Lets anybody who reaches the gateway read coverage and content without logging in: for demonstrations. */
  openReading: z.boolean().default(false),
  mqtt: z
    .strictObject({
      host: z.string().min(1).default('0.0.0.0'),
      port: portSchema.default(1883),
      /** MQTT over WebSocket at /mqtt. */
      webSocketPort: portSchema.optional(),
      tls: z
        .strictObject({ port: portSchema.default(8883), cert: z.string().min(1), key: z.string().min(1) })
        .optional(),
    })
    .prefault({}),
  /** Public keys of those who may approve: raw Ed25519, base64. Their private halves are never here. */
  approvers: z.array(z.strictObject({ name: z.string().min(1).max(60), key: publicKeySchema })).default([]),
  /** Where rendered audio is remembered; losing it costs time only. */
  cacheDirectory: z.string().min(1).optional(),
  /** Folder of the operator's own voice models for sherpa-onnx, one sub-folder a dialect with a `voice.yaml`. */
  voices: z.string().min(1).optional(),
  /** How releases for many places go out in waves: a few places first, more once it has truly played there. */
  rollout: z
    .strictObject({
      /** Releases for so many places or more go out in waves unless the approver says otherwise; 0: none does. */
      fromPlaces: whole(0, 100_000).default(100),
      firstPlaces: whole(1, 10_000).default(10),
      /** How much of all places the next waves reach, rising; the last wave is the rest. */
      thenPercent: z.array(whole(1, 99)).max(8).default([30]),
      /** A wave has done well when this much of its plays is verified, and badly when this much failed. */
      verifiedPercent: whole(1, 100).default(90),
      errorPercent: whole(0, 99).default(10),
      /** It is judged after so many plays, or after so many minutes if there was any. */
      plays: whole(1, 100_000).default(20),
      minutes: whole(1, 10_080).default(60),
      onErrors: z.enum(['pause', 'roll-back']).default('pause'),
    })
    .prefault({}),
  retention: z
    .strictObject({
      recordDays: whole(7, 3650).default(400),
      rejectDays: whole(1, 3650).default(90),
      backups: whole(1, 365).default(14),
    })
    .prefault({}),
  log: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
type FileSettings = z.infer<typeof settingsSchema>;

export interface GatewaySettings extends FileSettings {
  readonly dataDirectory: string;
}

/** Environment variables and the field each one sets; they win over the file. */
export const environmentFields: Readonly<Record<string, string>> = {
  XIAOLABA_HTTP_HOST: 'http.host',
  XIAOLABA_HTTP_PORT: 'http.port',
  XIAOLABA_MQTT_HOST: 'mqtt.host',
  XIAOLABA_MQTT_PORT: 'mqtt.port',
  XIAOLABA_MQTT_WEBSOCKET_PORT: 'mqtt.webSocketPort',
  XIAOLABA_TLS_CERT: 'mqtt.tls.cert',
  XIAOLABA_TLS_KEY: 'mqtt.tls.key',
  XIAOLABA_TLS_PORT: 'mqtt.tls.port',
  XIAOLABA_CACHE: 'cacheDirectory',
  XIAOLABA_LOG: 'log',
};

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy with one field set. What stands in its way stays, so that it is reported as it is in the file. */
function withField(target: unknown, [head, ...rest]: readonly string[], value: string): unknown {
  if (head === undefined) return value;
  if (target !== undefined && !isMapping(target)) return target;
  return { ...target, [head]: withField(target?.[head], rest, value) };
}

/** One line a problem, beginning with the path of its field. */
function problemsOf(issue: z.core.$ZodIssue): string[] {
  const pathOf = (...more: string[]) => [...issue.path.map(String), ...more].join('.') || '(root)';
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${pathOf(key)}: unknown field`);
  return [`${pathOf()}: ${issue.message}`];
}

/**
 * Checks settings once and whole. @throws XiaolabaError `settings-invalid` with every problem and its path in `details.problems`
 */
export function checkSettings(dataDirectory: string, raw: unknown, source: string): GatewaySettings {
  const result = settingsSchema.safeParse(raw);
  if (!result.success) {
    const problems = result.error.issues.flatMap(problemsOf);
    throw callerError('settings-invalid', `${source}: ${problems.join('; ')}`, { file: source, problems });
  }
  return { ...result.data, dataDirectory: resolve(dataDirectory) };
}

/** Settings from `gateway.yaml` in the data directory (or the file given), then from the environment. */
export async function readSettings(
  dataDirectory: string,
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GatewaySettings> {
  const path = file ?? join(dataDirectory, 'gateway.yaml');
  let raw: unknown = {};
  try {
    raw = parse(await readFile(path, 'utf8')) ?? {};
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing || file !== undefined) {
      const text = error instanceof Error ? error.message : String(error);
      throw callerError('settings-unreadable', `${path}: ${text}`, { file: path, reason: text }, error);
    }
  }
  if (!isMapping(raw))
    throw callerError('settings-invalid', `${path}: not a mapping`, {
      file: path,
      problems: ['(root): not a mapping'],
    });
  for (const [name, field] of Object.entries(environmentFields)) {
    const value = environment[name];
    if (value !== undefined && value !== '') raw = withField(raw, field.split('.'), value);
  }
  return checkSettings(dataDirectory, raw, path);
}

export const approverKeys = (settings: GatewaySettings): PublicKey[] =>
  settings.approvers.map(({ key }) => publicKeyFrom(fromBase64(key) ?? new Uint8Array()));
