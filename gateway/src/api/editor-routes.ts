import { callerError, idSchema } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { lookOver } from '../desk/look-over.js';
import { type Guards, tokenSecurity } from './authorise.js';
import { problemView } from './content-problems.js';
import type { ApiContext } from './context.js';
import { draftLookSchema } from './editor-contract.js';

const documentLimit = 1024 * 1024;

/** What an editor is told while a campaign is being written. */
export function editorRoutes(app: FastifyInstance, { content, library }: ApiContext, guards: Guards): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/api/drafts/:id/look',
    {
      ...guards.role('editor', 'approver'),
      config: { onlyLooks: true },
      bodyLimit: documentLimit,
      schema: {
        security: tokenSecurity,
        params: z.object({ id: idSchema }),
        body: z.unknown(),
        response: { 200: draftLookSchema },
      },
    },
    async (request) => {
      const { params, body } = request;
      const held = content.held();
      if (!held) throw callerError('content-missing', 'no content has been imported');
      const voices = new Set((await library.voices()).map(({ dialect }) => dialect));
      const { problems, ...look } = await lookOver(params.id, body, held, voices);
      return { ...look, problems: problems.map(problemView) };
    },
  );
}
