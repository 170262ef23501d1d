import { callerError, idSchema } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { mediaNames } from '../campaigns/keep-media.js';
import { campaignFrom, contentFiles } from '../content/index.js';
import { changedFields } from '../desk/draft-bodies.js';
import type { Draft, SavedDraft } from '../desk/drafts.js';
import { makePlan } from '../desk/plan.js';
import { type Guards, tokenSecurity } from './authorise.js';
import { authorOf, problemView, refuse, tellingProblems, versionIn } from './content-problems.js';
import type { ApiContext } from './context.js';
import { problemSchema } from './contract.js';
import {
  type DraftView,
  draftSchema,
  draftSummarySchema,
  draftVersionSchema,
  exportSchema,
  type FieldChangeView,
  planSchema,
  type SavedDraftView,
  savedDraftSchema,
} from './desk-contract.js';

/** A campaign's file is far smaller. */
const draftLimit = 1024 * 1024;

const viewOf = ({ campaign, ...draft }: Draft): DraftView => ({
  ...draft,
  title: campaign.title,
  valid: campaign.valid,
  campaign: { ...campaign },
});
const savedView = ({ draft, problems }: SavedDraft): SavedDraftView => ({
  draft: viewOf(draft),
  problems: problems.map(problemView),
});

/** Campaigns written at the desk, and the content as files: what a directory would change, and what there is to write out. */
export function draftRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const { drafts, people } = context;
  const authors = async () => new Map((await people.accounts.all()).map(({ id, name }) => [id, name]));
  const signed = <T extends { readonly author?: string | undefined }>(entry: T, names: ReadonlyMap<string, string>) => {
    const authorName = names.get(entry.author ?? '');
    return { ...entry, ...(authorName === undefined ? {} : { authorName }) };
  };
  const params = z.object({ id: idSchema });
  const saved = { 200: savedDraftSchema, 409: problemSchema, 422: problemSchema };

  routes.get(
    '/api/drafts',
    { ...guards.role('editor', 'approver'), schema: { security, response: { 200: z.array(draftSummarySchema) } } },
    async () => {
      const names = await authors();
      return (await drafts.list()).map((draft) => signed(viewOf(draft), names));
    },
  );

  routes.get(
    '/api/drafts/:id',
    { ...guards.role('editor', 'approver'), schema: { security, params, response: { 200: draftSchema } } },
    async ({ params: { id } }, reply) => {
      const draft = await drafts.get(id);
      reply.header('etag', `"${draft.version}"`);
      return signed(viewOf(draft), await authors());
    },
  );

  routes.get(
    '/api/drafts/:id/versions',
    {
      ...guards.role('editor', 'approver'),
      schema: { security, params, response: { 200: z.array(draftVersionSchema) } },
    },
    async ({ params: { id } }) => {
      const [history, names] = await Promise.all([drafts.history(id), authors()]);
      return history.map(({ campaign, ...version }, index) => {
        const before = history[index + 1]?.campaign;
        const changes = before && changedFields(before, campaign).map(changeView);
        return { ...signed(version, names), campaign: { ...campaign }, ...(changes ? { changes } : {}) };
      });
    },
  );

  routes.put(
    '/api/drafts/:id',
    {
      ...guards.role('editor'),
      bodyLimit: draftLimit,
      schema: { security, params, body: z.unknown(), response: saved },
    },
    async (request, reply) => {
      const { id } = request.params;
      return await tellingProblems(reply, async () => {
        const made = await drafts.put(id, request.body, authorOf(request), versionIn(request));
        reply.header('etag', `"${made.draft.version}"`);
        return savedView(made);
      });
    },
  );

  routes.delete(
    '/api/drafts/:id',
    { ...guards.role('editor'), schema: { security, params, response: { 200: z.object({ id: idSchema }) } } },
    async (request) => {
      await drafts.remove(request.params.id, versionIn(request));
      return { id: request.params.id };
    },
  );

  routes.post(
    '/api/drafts/:id/submit',
    { ...guards.role('editor'), schema: { security, params, response: saved } },
    async (request, reply) =>
      await tellingProblems(reply, async () => savedView(await drafts.submit(request.params.id, versionIn(request)))),
  );

  routes.post(
    '/api/drafts/:id/reject',
    {
      ...guards.role('approver'),
      schema: {
        security,
        params,
        body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
        response: { 200: draftSchema },
      },
    },
    async ({ params: { id }, body }) => viewOf(await drafts.reject(id, body.reason)),
  );

  routes.post(
    '/api/drafts/:id/withdraw',
    { ...guards.role('editor', 'approver'), schema: { security, params, response: { 200: draftSchema } } },
    async ({ params: { id } }) => {
      const draft = await drafts.withdraw(id);
      await context.refresh();
      return viewOf(draft);
    },
  );

  const directory = z.string().min(1).max(4096);
  const planOf = async (from: string) =>
    await makePlan(from, context.content.held(), await drafts.list(), context.store);

  routes.post(
    '/api/plan',
    {
      ...guards.role('editor'),
      config: { onlyLooks: true },
      schema: { security, body: z.strictObject({ directory }), response: { 200: planSchema } },
    },
    async ({ body }) => {
      const plan = await planOf(body.directory);
      return { ...plan, entries: plan.entries.map(entryView), problems: plan.problems.map(problemView) };
    },
  );

  routes.post(
    '/api/apply',
    {
      ...guards.role('editor'),
      schema: {
        security,
        body: z.strictObject({
          directory,
          /** Hash of the plan that was looked at. */
          plan: z.string().max(64),
          overwrite: z.array(idSchema).max(1000).default([]),
        }),
        response: { 200: planSchema, 409: problemSchema, 422: problemSchema },
      },
    },
    async ({ body }, reply) => {
      const plan = await planOf(body.directory);
      if (plan.hash !== body.plan) throw callerError('plan-changed', 'the plan is another by now', {});
      const withdrawn = plan.entries.filter(({ change }) => change === 'withdrawn');
      const imported = await context.content.import(body.directory, { overwrite: body.overwrite });
      if (!imported.accepted) return refuse(reply, imported.problems);
      for (const { id } of withdrawn) await drafts.withdraw(id);
      context.prepareAlerts();
      await context.refresh();
      await context.coverage.expect([...context.registry.all()].map(({ id }) => id));
      return { ...plan, entries: plan.entries.map(entryView), problems: imported.problems.map(problemView) };
    },
  );

  routes.get(
    '/api/export',
    { ...guards.role('editor', 'approver'), schema: { security, response: { 200: exportSchema } } },
    async () => {
      const held = context.content.held();
      if (!held) throw callerError('content-missing', 'no content has been imported');
      const present = (await drafts.list()).filter(({ state }) => state !== 'withdrawn');
      const campaigns = present.map(({ campaign }) => campaignFrom(campaign));
      const files = [...contentFiles({ ...held, campaigns })].map(([path, text]) => ({ path, text }));
      const kept = new Map(
        (await context.store.selectFrom('media').selectAll().execute()).map((one) => [`${one.kind}/${one.name}`, one]),
      );
      // Recordings that no campaign names yet are somebody's work too.
      const named = mediaNames({ campaigns }).map(({ kind, name }) => `${kind}/${name}`);
      const names = [...new Set([...named, ...kept.keys()])];
      const media = names.flatMap((path) => {
        const one = kept.get(path);
        return one ? [{ path, sha256: one.sha256, bytes: one.bytes }] : [];
      });
      return { files, media, missing: named.filter((path) => !kept.has(path)) };
    },
  );
}

const entryView = <T extends { readonly fields: readonly object[] }>(entry: T) => ({
  ...entry,
  fields: entry.fields.map(changeView),
});
const changeView = (change: object): FieldChangeView => ({ ...change }) as FieldChangeView;
