import type { Problem } from '@xiaolaba/gateway/contract';
import { Refusal } from '../api/client.js';

export interface Upload {
  readonly path: string;
  readonly file: Blob;
  readonly csrf: string | undefined;
  /** 0 to 1. */
  readonly progress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** Sends a file and tells how far it is, which `fetch` can't. @throws Refusal */
export const upload = <T>({ path, file, csrf, progress, signal }: Upload): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = 'json';
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('content-type', 'application/octet-stream');
    if (csrf !== undefined) request.setRequestHeader('x-xiaolaba-csrf', csrf);
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const body: unknown = request.response;
      if (request.status >= 200 && request.status < 300) return resolve(body as T);
      const problem = body as Problem | null;
      reject(new Refusal(problem?.message ? { kind: 'answer', problem } : { kind: 'offline' }));
    };
    request.onerror = () => reject(new Refusal({ kind: 'offline' }));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
