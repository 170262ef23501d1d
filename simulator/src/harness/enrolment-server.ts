import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { decodeMessage, enrolRequestSchema, errorCode, sha256Schema } from '@xiaolaba/protocol';
import type { BlobShelf } from './blob-shelf.js';
import type { SeenBlobRequest, SeenRefusal } from './harness-events.js';
import type { Roster } from './roster.js';

const requestMaxBytes = 64 * 1024;

export interface EnrolmentPorts {
  readonly roster: Roster;
  readonly shelf: BlobShelf;
  readonly isReachable: (device: string) => boolean;
  readonly enrolled: (device: string) => void;
  readonly asked: (device: string, request: SeenBlobRequest) => void;
  readonly refused: (device: string, refusal: SeenRefusal) => void;
}

/** The two things that devices need HTTP for, as the real gateway does them: `POST /enrol` and `GET /blobs/<sha256>`. */
export function enrolmentServer(ports: EnrolmentPorts): Server {
  return createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (request.method === 'POST' && path === '/enrol') void enrol(request, response, ports);
    else if (request.method === 'GET' && path.startsWith('/blobs/')) blob(path.slice(7), request, response, ports);
    else answer(response, 404, { code: 'not-found' });
  });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function enrol(request: IncomingMessage, response: ServerResponse, ports: EnrolmentPorts): Promise<void> {
  let device = '';
  try {
    const body = decodeMessage(enrolRequestSchema, await bodyOf(request));
    device = body.device;
    const given = ports.roster.enrol(body);
    ports.enrolled(device);
    answer(response, 200, given);
  } catch (error) {
    const code = errorCode(error);
    ports.refused(device, { code, about: 'enrol' });
    answer(response, code === 'claim-refused' ? 401 : 422, { code });
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= requestMaxBytes) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Anybody may read what is broadcast in public; who says who they are must be it. */
function blob(name: string, request: IncomingMessage, response: ServerResponse, ports: EnrolmentPorts): void {
  const { device, secret } = credentialsOf(request);
  if (!ports.isReachable(device)) return void response.destroy();
  if (device !== '' && !ports.roster.isSecretOf(device, secret)) {
    ports.refused(device, { code: 'unauthorised', about: `blobs/${name}` });
    answer(response, 401, { code: 'unauthorised' });
    return;
  }
  if (!sha256Schema.safeParse(name).success) {
    answer(response, 404, { code: 'not-found' });
    return;
  }
  const { range } = request.headers;
  ports.asked(device, { sha256: name, range, over: 'http', ...ports.shelf.serve(name, range, response) });
}

function credentialsOf(request: IncomingMessage): { device: string; secret: string } {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return { device: '', secret: '' };
  const [device = '', ...secret] = Buffer.from(token, 'base64').toString().split(':');
  return { device, secret: secret.join(':') };
}
