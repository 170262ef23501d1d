import { callerError, dayOf, XiaolabaError } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { BulletinTemplate, ContentProblem } from '../content/index.js';
import { emptyBulletinTable, readBulletinTable } from '../desk/bulletin-table.js';
import { Bulletins } from '../desk/bulletins.js';
import { DraftRefused } from '../desk/drafts.js';
import { type Guards, tokenSecurity } from './authorise.js';
import { authorOf, problemView, refuse, tellingProblems } from './content-problems.js';
import type { ApiContext } from './context.js';
import { problemSchema } from './contract.js';
import {
  type BulletinBatch,
  type BulletinFormView,
  bulletinBatchSchema,
  bulletinFormSchema,
  bulletinMadeSchema,
  bulletinPreviewSchema,
  bulletinRequestSchema,
} from './desk-contract.js';
import { problemText } from './messages.js';

const formLimit = 64 * 1024;
const tableLimit = 1024 * 1024;
const tableName = 'cases.csv';

/** Bulletins 案例快报: a case as a warning at the estate it happened in, one by one or as a table. */
export function bulletinRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const { content, drafts, library, now } = context;
  const bulletins = new Bulletins({ content, drafts, library, now });
  const held = () => {
    const present = content.held();
    if (!present) throw callerError('content-missing', 'no content has been imported');
    return present;
  };

  routes.get(
    '/api/bulletins/form',
    { ...guards.role('editor'), schema: { security, response: { 200: bulletinFormSchema, 422: problemSchema } } },
    async () => {
      const { templates = [], district } = held();
      return { today: dayOf(now(), district.zone), templates: templates.map(formView) };
    },
  );

  routes.post(
    '/api/bulletins/preview',
    {
      ...guards.role('editor'),
      config: { onlyLooks: true },
      bodyLimit: formLimit,
      schema: { security, body: bulletinRequestSchema, response: { 200: bulletinPreviewSchema, 422: problemSchema } },
    },
    async ({ body }) => {
      held();
      const preview = await bulletins.preview(body);
      return { ...preview, problems: preview.problems.map(problemView) };
    },
  );

  routes.post(
    '/api/bulletins',
    {
      ...guards.role('editor'),
      bodyLimit: formLimit,
      schema: { security, body: bulletinRequestSchema, response: { 200: bulletinMadeSchema, 422: problemSchema } },
    },
    async (request, reply) => {
      held();
      return await tellingProblems(reply, async () => {
        const made = await bulletins.make(request.body, authorOf(request));
        return { drafts: made.drafts, problems: made.problems.map(problemView) };
      });
    },
  );

  routes.get('/api/bulletins/table', { ...guards.role('editor'), schema: { security } }, async (_request, reply) => {
    const { templates = [], sites, district } = held();
    const estate = sites.find(({ kind }) => kind === 'estate')?.name.zh ?? '';
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${tableName}"`)
      .send(emptyBulletinTable(templates, estate, dayOf(now(), district.zone)));
  });

  // A table may be GBK: it comes as the bytes that somebody saved.
  void app.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    raw.withTypeProvider<ZodTypeProvider>().post(
      '/api/bulletins/batch',
      {
        ...guards.role('editor'),
        bodyLimit: tableLimit,
        schema: { security, response: { 200: bulletinBatchSchema, 422: problemSchema } },
      },
      async (request, reply) => {
        held();
        if (!Buffer.isBuffer(request.body)) throw callerError('table-missing', 'a table is needed');
        const table = readBulletinTable(request.body, tableName);
        if (table.problems.length > 0) return refuse(reply, table.problems);
        const rows: BulletinBatch['rows'] = [];
        for (const { line, request: row, problems } of table.rows) {
          const at = (found: readonly ContentProblem[]) => found.map((problem) => problemView({ ...problem, line }));
          if (!row) {
            rows.push({ line, made: false, drafts: [], problems: at(problems) });
            continue;
          }
          try {
            const made = await bulletins.make(row, authorOf(request), tableName);
            rows.push({ line, made: true, drafts: made.drafts, problems: at(made.problems) });
          } catch (error) {
            rows.push({ line, made: false, drafts: [], problems: at(rowProblems(error)) });
          }
        }
        const made = rows.filter((row) => row.made).length;
        return { rows, made, refused: rows.length - made };
      },
    );
  });
}

const formView = ({ fields, ...template }: BulletinTemplate): BulletinFormView['templates'][number] => ({
  ...template,
  fields: [...fields],
});

/** What kept a row from becoming drafts; what is nobody's row's fault goes on up. */
function rowProblems(error: unknown): readonly ContentProblem[] {
  if (error instanceof DraftRefused) return error.problems;
  if (!(error instanceof XiaolabaError) || error.family === 'bug') throw error;
  const { zh } = problemText(error.code, error.details);
  return [{ file: tableName, code: error.code, severity: 'error', details: { reason: zh } }];
}
