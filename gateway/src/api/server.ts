import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { XiaolabaError } from '@xiaolaba/protocol';
import fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { accountRoutes } from './account-routes.js';
import { aheadRoutes } from './ahead-routes.js';
import { alertRoutes } from './alert-routes.js';
import { auditChanges } from './audit-changes.js';
import { createGuards, guardRoutes } from './authorise.js';
import { blobRoutes } from './blob-routes.js';
import { bulletinRoutes } from './bulletin-routes.js';
import { contentRoutes } from './content-routes.js';
import type { ApiContext } from './context.js';
import { coverageRoutes } from './coverage-routes.js';
import { deviceRoutes } from './device-routes.js';
import { draftRoutes } from './draft-routes.js';
import { editorRoutes } from './editor-routes.js';
import { healthRoutes } from './health-routes.js';
import { Live } from './live.js';
import { problemText } from './messages.js';
import { orderRoutes } from './order-routes.js';
import { predictionRoutes } from './prediction-routes.js';
import { recordingRoutes } from './recording-routes.js';
import { rolloutRoutes } from './rollout-routes.js';
import { scheduleRoutes } from './schedule-routes.js';
import { createSessionCookie } from './session-cookie.js';
import { sessionRoutes } from './session-routes.js';
import { todayRoutes } from './today-routes.js';
import { trustRoutes } from './trust-routes.js';

export interface Api {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

const unauthorised = new Set(['unauthorised', 'claim-refused', 'login-refused', 'totp-needed', 'link-refused']);
const forbidden = new Set(['forbidden', 'confirmation-needed', 'csrf-missing', 'origin-foreign']);
const tooMany = new Set(['login-throttled', 'login-busy']);

/** What is no longer as the caller saw it. */
const deskConflicts = new Set(['draft-changed', 'draft-in-use', 'draft-not-waiting', 'media-in-use', 'plan-changed']);

const statusOf = (error: XiaolabaError): number => {
  if (unauthorised.has(error.code)) return 401;
  if (forbidden.has(error.code)) return 403;
  if (error.code.endsWith('-unknown') || error.code === 'blob-missing' || error.code === 'not-found') return 404;
  if (error.code === 'range-invalid') return 416;
  if (error.code === 'upload-too-large') return 413;
  if (deskConflicts.has(error.code)) return 409;
  if (tooMany.has(error.code)) return 429;
  return error.family === 'caller' ? 422 : error.family === 'world' ? 503 : 500;
};

/** Where the built console lies, if it has been built. */
function consoleDirectory(): string | undefined {
  const candidates = [join(import.meta.dirname, '../../console/dist')];
  try {
    candidates.push(join(dirname(createRequire(import.meta.url).resolve('@xiaolaba/console/package.json')), 'dist'));
  } catch {
    // A gateway without the console package is a gateway without a console.
    return candidates.find((directory) => existsSync(join(directory, 'index.html')));
  }
  return candidates.find((directory) => existsSync(join(directory, 'index.html')));
}

export interface ApiSettings {
  readonly host: string;
  readonly port: number;
  readonly publicUrl?: string | undefined;
  readonly proxies: readonly string[];
  readonly openReading: boolean;
  readonly token: string;
  readonly console?: string;
  /** Told of every route. */
  readonly onRoute?: (method: string, url: string) => void;
}

/** Serves the API, the blobs, the console and the API's own description. */
export async function startApi(settings: ApiSettings, context: ApiContext): Promise<Api> {
  const app: FastifyInstance = fastify({
    logger: false,
    bodyLimit: 8 * 1024 * 1024,
    forceCloseConnections: true,
    trustProxy: settings.proxies.length > 0 ? [...settings.proxies] : false,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof XiaolabaError) {
      request.failure = error.code;
      if (error.family !== 'caller') context.log.error({ code: error.code, error }, 'request failed');
      return reply
        .status(statusOf(error))
        .send({ code: error.code, message: problemText(error.code, error.details), details: error.details });
    }
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    const code = status === 429 ? 'too-many-requests' : status < 500 ? 'request-malformed' : 'internal';
    request.failure = code;
    if (status >= 500) context.log.error({ error }, 'request failed');
    const reason = status < 500 && error instanceof Error ? error.message : '';
    return reply.status(status).send({ code, message: problemText(code, { reason }), details: { reason } });
  });
  const sessionCookie = createSessionCookie(settings.publicUrl);
  const { token, openReading, publicUrl } = settings;
  const { sessions, now } = context.people;
  const guards = createGuards({ token, openReading, publicUrl, sessions, cookie: sessionCookie, now });
  let pages = false;
  app.addHook('onRoute', (route) => {
    if (pages) route.config = { ...route.config, openBecause: 'the page that asks for a log-in' };
    for (const method of [route.method].flat()) settings.onRoute?.(method, route.url);
  });
  await app.register(cookie);
  guardRoutes(app, guards);
  auditChanges(app, context.audit);
  await app.register(rateLimit, { global: false });
  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Xiaolaba 小喇叭 gateway',
        description: 'Coverage, content, approval and enrolment',
        version: '0.1.0',
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'xiaolaba' },
        },
      },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.addHook('onSend', async (_request, reply) => {
    reply
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'same-origin')
      .header('x-frame-options', 'DENY');
  });

  const liveFeed = new Live(context);
  healthRoutes(app, context);
  sessionRoutes(app, context, guards, { cookie: sessionCookie, openReading, publicUrl });
  accountRoutes(app, context, guards, { cookie: sessionCookie, openReading, publicUrl });
  coverageRoutes(app, context, liveFeed);
  deviceRoutes(app, context, guards);
  contentRoutes(app, context, guards);
  trustRoutes(app, context, guards);
  rolloutRoutes(app, context, guards);
  aheadRoutes(app, context, guards);
  predictionRoutes(app, context, guards);
  todayRoutes(app, context);
  orderRoutes(app, context, guards);
  alertRoutes(app, context, guards);
  draftRoutes(app, context, guards);
  editorRoutes(app, context, guards);
  bulletinRoutes(app, context, guards);
  recordingRoutes(app, context, guards);
  scheduleRoutes(app, context, guards);
  blobRoutes(app, context);

  const directory = settings.console ?? consoleDirectory();
  if (directory) {
    pages = true;
    await app.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      cacheControl: false,
      setHeaders: (response, path) => {
        // Built files carry a hash in their names; the page that names them must be asked for anew.
        const built = path.startsWith(join(directory, 'assets'));
        response.setHeader('cache-control', built ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
    pages = false;
  }
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const page = request.method === 'GET' && !/^\/(api|blobs|docs)\b/.test(path) && !/\.[^/]*$/.test(path);
    if (page && directory) return reply.sendFile('index.html', directory);
    return reply.status(404).send({
      code: 'not-found',
      message: problemText('not-found', { path: request.url }),
      details: { path: request.url },
    });
  });

  await app.listen({ host: settings.host, port: settings.port });
  const { port } = app.server.address() as AddressInfo;
  const shown = settings.host === '0.0.0.0' || settings.host === '::' ? 'localhost' : settings.host;
  return {
    port,
    url: `http://${shown}:${port}`,
    async close() {
      liveFeed.close();
      await app.close();
    },
  };
}
