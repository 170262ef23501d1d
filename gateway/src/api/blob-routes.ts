import { callerError, sha256Schema } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { BlobStore, ByteRange } from '../library/index.js';
import { basicCredentials } from './authorise.js';
import type { ApiContext } from './context.js';

/** One range of bytes (RFC 9110 §14); several at once are not served, which the RFC allows. */
function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start >= size || start > end ? 'unsatisfiable' : { start, end };
}

/** Whether an `If-None-Match` names this tag (RFC 9110 §13.1.2): a list, compared weakly, or any. */
const names = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag) ?? false;

async function headOf(blobs: BlobStore, sha256: string, size: number): Promise<Buffer> {
  if (size === 0) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  const { stream } = await blobs.open(sha256, { start: 0, end: Math.min(3, size - 1) });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The first bytes tell what a file is; a hash does not. */
function contentType(head: Buffer): string {
  if (head.subarray(0, 4).toString('latin1') === 'OggS') return 'audio/ogg';
  if (head.subarray(0, 4).toString('latin1') === 'RIFF') return 'audio/wav';
  if (head.subarray(0, 4).toString('latin1') === 'fLaC') return 'audio/flac';
  if (head.subarray(0, 3).toString('latin1') === 'ID3' || (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0))
    return 'audio/mpeg';
  return head[0] === 0x7b ? 'application/json' : 'application/octet-stream';
}

function partOf(whole: Buffer, { start, end }: ByteRange = { start: 0, end: whole.length - 1 }) {
  return { bytes: whole.subarray(start, end + 1), start, end, size: whole.length };
}

/**
 * Releases and audio by their SHA-256. What is broadcast in public is no secret: reading needs no log-in, but
 * a device that says who it is must be who it says, so that a revoked one learns that it is.
 */
export function blobRoutes(app: FastifyInstance, context: ApiContext): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const params = z.object({ sha256: sha256Schema });

  const config = { openBecause: 'what is broadcast in public is no secret' };
  routes.get('/blobs/:sha256', { config, exposeHeadRoute: true, schema: { params } }, async (request, reply) => {
    const { sha256 } = request.params;
    const credentials = basicCredentials(request);
    if (credentials && (await context.registry.authenticate(credentials.device, credentials.secret)) !== 'ok') {
      throw callerError('unauthorised', 'wrong device or secret');
    }
    const etag = `"${sha256}"`;
    const found = await context.blobs.find(sha256);
    if (found === undefined) throw callerError('blob-missing', `no blob ${sha256}`, { sha256 });
    const { size, bytes } = found;
    // Only what is served may be kept: a proxy must not hold on to an error for a year.
    const name = () =>
      reply
        .header('etag', etag)
        .header('accept-ranges', 'bytes')
        .header('cache-control', 'public, max-age=31536000, immutable');
    if (names(request.headers['if-none-match'], etag)) return name().status(304).send();
    const fits = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
    const range = fits ? parseRange(request.headers.range, size) : undefined;
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${size}`);
      throw callerError('range-invalid', `no bytes ${request.headers.range} in ${size}`, { size });
    }
    const type = contentType(bytes ?? (await headOf(context.blobs, sha256, size)));
    const part = bytes ? partOf(bytes, range) : await context.blobs.open(sha256, range);
    name()
      .type(type)
      .header('content-length', part.end - part.start + 1);
    if (range) reply.status(206).header('content-range', `bytes ${part.start}-${part.end}/${part.size}`);
    return reply.send('bytes' in part ? part.bytes : part.stream);
  });

  routes.get(
    '/api/waveforms/:sha256',
    { schema: { params, response: { 200: z.object({ durationMs: z.number(), peaks: z.array(z.number()) }) } } },
    async (request) => {
      const { durationMs, peaks } = await context.library.waveform(request.params.sha256);
      return { durationMs, peaks: [...peaks] };
    },
  );
}
