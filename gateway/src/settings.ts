import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { callerError, fromBase64, type PublicKey, XiaolabaError } from '@xiaolaba/protocol';
import { publicKeyFrom } from '@xiaolaba/protocol/node';
import { parse } from 'yaml';
import { z } from 'zod';

const portSchema = z.coerce.number().int().min(0).max(65_535);

const settingsSchema = z.strictObject({
  http: z.strictObject({ host: z.string().min(1).default('127.0.0.1'), port: portSchema.default(8080) }).prefault({}),
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
  approvers: z.array(z.strictObject({ name: z.string().min(1).max(60), key: z.string().length(44) })).default([]),
  /** Where rendered audio is remembered; losing it costs time only. */
  cacheDirectory: z.string().min(1).optional(),
  retention: z
    .strictObject({
      recordDays: z.coerce.number().int().min(7).max(3650).default(400),
      rejectDays: z.coerce.number().int().min(1).max(3650).default(90),
      backups: z.coerce.number().int().min(1).max(365).default(14),
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

function setField(target: Record<string, unknown>, path: string, value: string): void {
  const [head = '', ...rest] = path.split('.');
  if (rest.length === 0) target[head] = value;
  else {
    const inner = { ...(target[head] as Record<string, unknown> | undefined) };
    setField(inner, rest.join('.'), value);
    target[head] = inner;
  }
}

/**
 * Checks settings once and whole. @throws XiaolabaError `settings-invalid` with every problem and its path in `details.problems`
 */
export function checkSettings(dataDirectory: string, raw: unknown, source: string): GatewaySettings {
  const result = settingsSchema.safeParse(raw);
  const problems = result.success
    ? []
    : result.error.issues.map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`);
  if (result.success) {
    for (const [index, approver] of result.data.approvers.entries()) {
      try {
        publicKeyFrom(fromBase64(approver.key) ?? new Uint8Array());
      } catch (error) {
        problems.push(`approvers.${index}.key: ${error instanceof XiaolabaError ? error.code : 'key-malformed'}`);
      }
    }
  }
  if (!result.success || problems.length > 0) {
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
  let raw: Record<string, unknown> = {};
  try {
    raw = ((parse(await readFile(path, 'utf8')) as Record<string, unknown> | null) ?? {}) as Record<string, unknown>;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing || file !== undefined) {
      const text = error instanceof Error ? error.message : String(error);
      throw callerError('settings-unreadable', `${path}: ${text}`, { file: path, reason: text }, error);
    }
  }
  if (typeof raw !== 'object' || Array.isArray(raw))
    throw callerError('settings-invalid', `${path}: not a mapping`, { file: path, problems: ['(root)'] });
  for (const [name, field] of Object.entries(environmentFields)) {
    const value = environment[name];
    if (value !== undefined && value !== '') setField(raw, field, value);
  }
  return checkSettings(dataDirectory, raw, path);
}

export const approverKeys = (settings: GatewaySettings): PublicKey[] =>
  settings.approvers.map(({ key }) => publicKeyFrom(fromBase64(key) ?? new Uint8Array()));
