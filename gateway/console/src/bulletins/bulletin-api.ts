import type {
  BulletinBatch,
  BulletinFormView,
  BulletinMade,
  BulletinPreview,
  BulletinRequest,
  ContentProblemView,
} from '@xiaolaba/gateway/contract';
import { get, Refusal, send } from '../api/client.js';

export const tableAddress = '/api/bulletins/table';

export const bulletinApi = {
  form: () => get<BulletinFormView>('/api/bulletins/form'),
  preview: (request: BulletinRequest, signal?: AbortSignal) =>
    send<BulletinPreview>('POST', '/api/bulletins/preview', request, signal ? { signal } : {}),
  make: (request: BulletinRequest) => send<BulletinMade>('POST', '/api/bulletins', request),
  batch: (table: Blob) => send<BulletinBatch>('POST', '/api/bulletins/batch', table),
};

/** What a document was refused for, problem by problem; nothing where it was refused for something else. */
export const problemsIn = (error: unknown): readonly ContentProblemView[] => {
  if (!(error instanceof Refusal) || error.trouble.kind !== 'answer') return [];
  const { problems } = error.trouble.problem.details;
  return Array.isArray(problems) ? (problems as ContentProblemView[]) : [];
};
