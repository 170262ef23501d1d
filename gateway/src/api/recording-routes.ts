import { Readable } from 'node:stream';
import { callerError } from '@xiaolaba/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Part } from '../library/index.js';
import type { HeldMedia } from '../recordings/index.js';
import type { Note } from '../recordings/recordings.js';
import { withUpload } from '../recordings/take-upload.js';
import { type Guards, tokenSecurity } from './authorise.js';
import { authorOf } from './content-problems.js';
import type { ApiContext } from './context.js';
import { problemSchema } from './contract.js';
import { problemText } from './messages.js';
import {
  mediaRemovedSchema,
  type RecordingView,
  recordingQuerySchema,
  recordingSchema,
  recordingWaveformSchema,
  trimRequestSchema,
  uploadLimits,
  type VideoFile,
  videoFileSchema,
} from './recording-contract.js';
import { voiceRoutes } from './recording-voice-routes.js';

/** What is left of a recording at the least, milliseconds. */
const shortestPartMs = 300;
/** Later than the end of any upload, milliseconds. */
const endMs = 36_000_000;

/** Recordings and films: sent, listened to, cut and removed; and who can say what. */
export function recordingRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const { recordings, library, people, audit } = context;
  const readers = guards.role('editor', 'approver');
  const editor = guards.role('editor');
  const params = z.object({ name: z.string().min(1).max(300) });
  const answers = { 404: problemSchema, 409: problemSchema, 413: problemSchema, 422: problemSchema };

  const authors = async () => new Map((await people.accounts.all()).map(({ id, name }) => [id, name]));
  const noting =
    (request: FastifyRequest, action: string, details: (name: string) => Record<string, string | number>): Note =>
    (within, { name, sha256, bytes }) =>
      audit.note(request, action, `media/${name}`, { sha256, bytes, ...details(name) }, { within });

  routes.get(
    '/api/recordings',
    { ...readers, schema: { security, response: { 200: z.array(recordingSchema) } } },
    async () => {
      const names = await authors();
      return (await recordings.list('audio')).map((held) => recordingView(held, names));
    },
  );

  routes.get(
    '/api/videos',
    { ...readers, schema: { security, response: { 200: z.array(videoFileSchema) } } },
    async () => {
      const names = await authors();
      return (await recordings.list('video')).map((held) => videoView(held, names));
    },
  );

  routes.get(
    '/api/recordings/:name/waveform',
    {
      ...readers,
      schema: {
        security,
        params,
        querystring: z.object({ buckets: z.coerce.number().int().min(10).max(4000).default(800) }),
        response: { 200: recordingWaveformSchema, ...answers },
      },
    },
    async ({ params: { name }, query: { buckets } }) => {
      const { durationMs, peaks } = await library.waveform((await recordings.get('audio', name)).sha256, buckets);
      return { durationMs, peaks: [...peaks] };
    },
  );

  routes.post(
    '/api/recordings/:name/trim',
    {
      ...editor,
      schema: { security, params, body: trimRequestSchema, response: { 200: recordingSchema, ...answers } },
    },
    async (request) => {
      const { name: from } = request.params;
      const { name: title, ...asked } = request.body;
      const part = partOf(asked.fromMs, asked.toMs);
      const held = await recordings.trim(from, part, {
        ...(title === undefined ? {} : { title }),
        author: authorOf(request),
        note: noting(request, 'recording-trimmed', () => ({ from, ...part })),
      });
      return recordingView(held, await authors());
    },
  );

  for (const [kind, path, action] of [
    ['audio', '/api/recordings/:name', 'recording-removed'],
    ['video', '/api/videos/:name', 'film-removed'],
  ] as const)
    routes.delete(
      path,
      { ...editor, schema: { security, params, response: { 200: mediaRemovedSchema, ...answers } } },
      async (request) => {
        const { name } = request.params;
        await recordings.remove(
          kind,
          name,
          noting(request, action, () => ({})),
        );
        return { name };
      },
    );

  // Files come as they are, whatever a browser calls them.
  void app.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    const uploads = raw.withTypeProvider<ZodTypeProvider>();

    uploads.post(
      '/api/recordings',
      {
        ...editor,
        schema: { security, querystring: recordingQuerySchema, response: { 200: recordingSchema, ...answers } },
      },
      async (request) => {
        const { name: title, fromMs, toMs } = request.query;
        const part = fromMs === undefined && toMs === undefined ? undefined : partOf(fromMs ?? 0, toMs ?? endMs);
        const note = noting(request, 'recording-made', () => ({ title, ...part }));
        const held = await withUpload(...uploadOf(request, uploadLimits.recording), (path) =>
          recordings.addRecording({ path, title, author: authorOf(request), note }, part),
        );
        return recordingView(held, await authors());
      },
    );

    uploads.post(
      '/api/videos',
      {
        ...editor,
        schema: {
          security,
          querystring: recordingQuerySchema.pick({ name: true }),
          response: { 200: videoFileSchema, ...answers },
        },
      },
      async (request) => {
        const { name: title } = request.query;
        const note = noting(request, 'film-made', () => ({ title }));
        const held = await withUpload(...uploadOf(request, uploadLimits.video), (path) =>
          recordings.addVideo({ path, title, author: authorOf(request), note }),
        );
        return videoView(held, await authors());
      },
    );
  });

  voiceRoutes(app, context, guards);
}

function uploadOf(request: FastifyRequest, limit: number): [Readable, number | undefined, number] {
  if (!(request.body instanceof Readable)) throw callerError('upload-empty', 'no file came');
  const announced = Number(request.headers['content-length']);
  return [request.body, Number.isFinite(announced) ? announced : undefined, limit];
}

/** @throws XiaolabaError `trim-malformed` */
function partOf(fromMs: number, toMs: number): Part {
  if (toMs - fromMs < shortestPartMs)
    throw callerError('trim-malformed', 'nothing would be left', { fromMs, toMs, minMs: shortestPartMs });
  return { fromMs, toMs };
}

const fieldsOf = (held: HeldMedia, names: ReadonlyMap<string, string>) => {
  const { name, title, author, at, sha256, bytes, uses } = held;
  const authorName = names.get(author ?? '');
  const { refused } = held.findings ?? {};
  return {
    name,
    title,
    source: author === undefined ? ('files' as const) : ('desk' as const),
    ...(author === undefined ? {} : { author }),
    ...(authorName === undefined ? {} : { authorName }),
    ...(at === undefined ? {} : { at }),
    sha256,
    bytes,
    uses: [...uses],
    ...(refused ? { refused: { code: refused.code, message: problemText(refused.code, refused.details) } } : {}),
  };
};

const recordingView = (held: HeldMedia, names: ReadonlyMap<string, string>): RecordingView => {
  const { figures, renditions = [], refusals = [] } = held.findings ?? {};
  return {
    ...fieldsOf(held, names),
    ...(figures ? { figures } : {}),
    renditions,
    refusals: refusals.map(({ profile, code, details }) => ({ profile, code, message: problemText(code, details) })),
  };
};

const videoView = (held: HeldMedia, names: ReadonlyMap<string, string>): VideoFile => {
  const { video } = held.findings ?? {};
  return { ...fieldsOf(held, names), ...(video ? { rendition: video } : {}) };
};
