import type {
  AlertDevice,
  AlertPreview,
  AlertRequestBody,
  AlertTextView,
  AlertView,
  ApprovalTaken,
  CapTaken,
} from '@xiaolaba/gateway/contract';
import { bytesOf, get, send } from '../api/client.js';

export interface AlertDevices {
  readonly now: number;
  readonly devices: readonly AlertDevice[];
}

const one = (id: string) => `/api/alerts/${encodeURIComponent(id)}`;

export const alertsApi = {
  texts: () => get<AlertTextView[]>('/api/alerts/texts'),
  all: () => get<AlertView[]>('/api/alerts'),
  one: (id: string) => get<AlertView>(one(id)),
  devices: (id: string) => get<AlertDevices>(`${one(id)}/devices`),
  preview: (body: AlertRequestBody, signal: AbortSignal) =>
    send<AlertPreview>('POST', '/api/alerts/preview', body, { signal }),
  create: (body: AlertRequestBody) => send<AlertView>('POST', '/api/alerts', body),
  end: (id: string, reason: string) => send<AlertView>('POST', `${one(id)}/end`, { reason }),
  /** A CAP 1.2 message, as it came. */
  takeCap: (xml: Uint8Array) => send<CapTaken>('POST', '/api/cap', xml),
  capUrl: (id: string, message: 'alert' | 'cancel') => `${one(id)}/cap?message=${message}`,
  /** The very bytes that are signed. */
  candidate: (sha256: string) => bytesOf('GET', `/api/candidates/${sha256}`),
  /** The envelope of one that was published. */
  release: (sha256: string) => bytesOf('GET', `/blobs/${sha256}`),
  sign: (envelope: Uint8Array) => send<ApprovalTaken>('POST', '/api/releases?staging=at-once', envelope),
};
