import { worldError } from '@xiaolaba/protocol';

/** Calls a gateway's HTTP API as its local administrator would. */
export class GatewayApi {
  constructor(
    private readonly url: () => string,
    private readonly token: () => string,
  ) {}

  /** @throws XiaolabaError with the gateway's code, or `gateway-answer` */
  async json<T>(path: string, init?: RequestInit): Promise<T> {
    return (await (await this.#call(path, init)).json()) as T;
  }

  async bytes(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#call(path)).arrayBuffer());
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return await this.json<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
    });
  }

  /** Without credentials: as an endpoint reaches it. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(new URL(path, this.url()), init);
  }

  async #call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = {
      ...(init.headers as Record<string, string> | undefined),
      authorization: `Bearer ${this.token()}`,
    };
    const response = await this.fetch(path, { ...init, headers });
    if (response.ok) return response;
    const text = await response.text();
    throw worldError(codeIn(text) ?? 'gateway-answer', `${path}: HTTP ${response.status} ${text.slice(0, 2000)}`, {
      path,
      status: response.status,
    });
  }
}

function codeIn(text: string): string | undefined {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
