import {
  callerError,
  daySchema,
  decodeMessage,
  envelopeLimits,
  envelopeSchema,
  errorCode,
  fromBase64,
  releaseLimits,
  releaseSchema,
  sha256Schema,
} from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { formatProblem } from '../content/index.js';
import { stagings } from '../rollouts/index.js';
import { type Guards, tokenSecurity } from './authorise.js';
import { campaignViews } from './campaign-view.js';
import { accountsOf } from './content-problems.js';
import type { ApiContext } from './context.js';
import { type ApprovalTaken, campaignViewSchema, problemSchema } from './contract.js';
import { problemText } from './messages.js';

/** Importing content, looking at what waits for approval, and handing in a signature. */
export function contentRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;

  const importedSchema = z.object({
    accepted: z.boolean(),
    problems: z.array(
      z.object({
        severity: z.string(),
        code: z.string(),
        file: z.string(),
        message: z.object({ zh: z.string(), en: z.string() }),
      }),
    ),
  });
  routes.post(
    '/api/content',
    {
      ...guards.role('editor'),
      schema: {
        security,
        body: z.object({ directory: z.string().min(1).max(4096) }),
        response: { 200: importedSchema, 422: problemSchema },
      },
    },
    async ({ body }, reply) => {
      const imported = await context.content.import(body.directory);
      const problems = imported.problems.map((problem) => ({
        severity: problem.severity,
        code: problem.code,
        file: problem.file,
        message: { zh: formatProblem(problem, 'zh-CN'), en: formatProblem(problem, 'en') },
      }));
      if (imported.accepted) {
        context.prepareAlerts();
        await context.refresh();
        // A timetable may have changed that no device has to be told of.
        await context.coverage.expect([...context.registry.all()].map(({ id }) => id));
        return { accepted: true, problems };
      }
      const errors = problems.filter((problem) => problem.severity === 'error').length;
      return reply
        .status(422)
        .send({ code: 'content-refused', message: problemText('content-refused', { errors }), details: { problems } });
    },
  );

  routes.get(
    '/api/campaigns',
    { schema: { response: { 200: z.array(campaignViewSchema) } } },
    async () => await campaignViews(context),
  );

  routes.get(
    '/api/candidates/:sha256',
    { ...guards.role('editor', 'approver'), schema: { security, params: z.object({ sha256: sha256Schema }) } },
    async ({ params }, reply) => {
      const payload = await context.campaigns.candidate(params.sha256);
      return reply.type('application/json; charset=utf-8').send(Buffer.from(payload));
    },
  );

  // The envelope's exact bytes are what was signed and what devices fetch: no parser may touch them.
  void app.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const querystring = z.object({ staging: z.enum(stagings).default('as-set') });
    const signing = { ...guards.confirmed('approver'), schema: { security, querystring } };
    raw.withTypeProvider<ZodTypeProvider>().post('/api/releases', signing, async (request, reply) => {
      const { body, query } = request;
      if (!Buffer.isBuffer(body)) throw callerError('message-not-json', 'an envelope is needed');
      const release = await context.campaigns
        .approve(body, accountsOf(request), query.staging)
        .catch((error: unknown) => {
          if (errorCode(error) === 'approvals-missing') return undefined;
          throw error;
        });
      context.alerts.signed();
      const progress = await progressOf(context, body);
      const { campaign, revision, missing, signedBy } = progress;
      const told = { campaign, revision, approvers: signedBy.map(({ name }) => name) };
      if (!release) {
        await context.audit.note(request, 'release-signed', `campaign/${campaign}`, { ...told, missing });
        return reply.status(202).send(progress);
      }
      const waves = context.rollouts.get(release.sha256)?.waves;
      const rollout = waves && {
        first: waves[0]?.places.length ?? 0,
        of: waves.reduce((sum, { places }) => sum + places.length, 0),
      };
      const staged = rollout ? { firstPlaces: rollout.first, places: rollout.of } : {};
      await context.audit.note(request, 'release-approved', `release/${release.sha256}`, { ...told, ...staged });
      await context.refresh();
      return {
        ...progress,
        sha256: release.sha256,
        approvedBy: release.approvedBy,
        ...(rollout ? { rollout } : {}),
      };
    });
  });

  routes.post(
    '/api/days/:day/close',
    {
      ...guards.role('administrator'),
      schema: { security, params: z.object({ day: daySchema }), response: { 200: z.object({ day: daySchema }) } },
    },
    async ({ params }) => {
      await context.coverage.close(params.day);
      return { day: params.day };
    },
  );
}

/** How far the approval of what was just signed has come. */
async function progressOf({ campaigns }: ApiContext, envelope: Uint8Array): Promise<ApprovalTaken> {
  const payload = fromBase64(decodeMessage(envelopeSchema, envelope, envelopeLimits).payload) ?? new Uint8Array();
  const release = decodeMessage(releaseSchema, payload, releaseLimits);
  const partial = await campaigns.approvalOf(sha256(payload), release);
  const signedBy = [...partial.signedBy];
  const { campaign, revision } = release;
  return { ...partial, signedBy, campaign, revision, approvedBy: signedBy.map(({ kid }) => kid) };
}
