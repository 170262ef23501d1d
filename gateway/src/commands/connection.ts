import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { callerError, worldError, XiaolabaError } from '@xiaolaba/protocol';
import type { Problem } from '../api/contract.js';

/** Where the gateway answers and with which token; the options that every command of the administrator takes. */
export const connectionOptions = {
  gateway: { type: 'string', default: 'http://127.0.0.1:8080' },
  token: { type: 'string' },
  data: { type: 'string' },
} as const;

/** Paths that answer with the exact bytes to sign. */
const toBeSigned = /^\/api\/(candidates\/|stop-orders\/(candidates$|pending\/))/;

export interface ConnectionValues {
  readonly gateway: string;
  readonly token?: string | undefined;
  readonly data?: string | undefined;
}

export type Call = <T>(method: 'GET' | 'POST', path: string, body?: unknown) => Promise<T>;

/**
 * Calls the gateway's API. The token comes from `--token`, `XIAOLABA_TOKEN` or the data directory.
 * @throws XiaolabaError `gateway-unreachable`, `token-missing`, and the codes of the API with their sentences
 */
export async function connect(values: ConnectionValues, language: 'zh-CN' | 'en'): Promise<Call> {
  const token = values.token ?? process.env['XIAOLABA_TOKEN'] ?? (await tokenFromData(values.data));
  return async <T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> => {
    const raw = body instanceof Uint8Array;
    let response: Response;
    try {
      response = await fetch(new URL(path, values.gateway), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
      });
    } catch (cause) {
      throw worldError('gateway-unreachable', `${values.gateway}: no answer`, { gateway: values.gateway }, cause);
    }
    const type = response.headers.get('content-type') ?? '';
    if (response.ok && type.includes('application/cap+xml')) return (await response.text()) as T;
    if (!type.includes('application/json')) {
      throw worldError('gateway-unreachable', `${values.gateway}: not a Xiaolaba gateway`, { gateway: values.gateway });
    }
    if (response.ok) return (await (toBeSigned.test(path) ? response.arrayBuffer() : response.json())) as T;
    const problem = (await response.json()) as Problem;
    throw new GatewayRefusal(problem, language);
  };
}

/** What the gateway answered instead of doing it; its sentence is in the user's language. */
export class GatewayRefusal extends XiaolabaError {
  constructor(
    readonly answer: Problem,
    language: 'zh-CN' | 'en',
  ) {
    super('caller', answer.code, answer.message[language === 'en' ? 'en' : 'zh']);
  }
}

async function tokenFromData(data: string | undefined): Promise<string> {
  const path = join(resolve(data ?? '.'), 'keys', 'admin.token');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw callerError(
      'token-missing',
      `no token: give --data <dir>, --token or XIAOLABA_TOKEN (looked at ${path})`,
      { path },
      cause,
    );
  }
}
