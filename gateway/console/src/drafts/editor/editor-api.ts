import type {
  BulletinFormView,
  CampaignView,
  DraftLook,
  DraftPrediction,
  DraftVersionView,
  DraftView,
  SavedDraftView,
  ScheduleCheck,
  SpeechView,
} from '@xiaolaba/gateway/contract';
import { get, Refusal, send } from '../../api/client.js';
import { draftApi } from '../draft-api.js';
import type { CampaignDocument } from './document.js';

const address = (id: string) => `/api/drafts/${encodeURIComponent(id)}`;
const aborted = (signal?: AbortSignal) => (signal ? { signal } : {});

export interface VideoChoice {
  readonly name: string;
  readonly title: string;
}

export const editorApi = {
  ...draftApi,
  form: () => get<BulletinFormView>('/api/bulletins/form'),
  /** Only if it still is the version that was begun with; a new campaign has none. */
  save: (document: CampaignDocument, version: number | undefined) =>
    send<SavedDraftView>('PUT', address(document.id), document, {
      headers: version === undefined ? {} : { 'if-match': `"${version}"` },
    }),
  look: (document: CampaignDocument, signal?: AbortSignal) =>
    send<DraftLook>('POST', `${address(document.id)}/look`, document, aborted(signal)),
  check: (campaign: CampaignDocument, signal?: AbortSignal) =>
    send<ScheduleCheck>('POST', '/api/schedule/check', { campaign }, aborted(signal)),
  /** Nothing where this gateway predicts nothing. */
  predict: async (campaign: CampaignDocument, signal?: AbortSignal): Promise<DraftPrediction | undefined> => {
    try {
      return await send<DraftPrediction>('POST', '/api/schedule/predict', { campaign }, aborted(signal));
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  },
  say: (text: string, dialect: string) => send<SpeechView>('POST', '/api/speech', { text, dialect }),
  /** Films that were brought in; none where there is no library. */
  videos: async (): Promise<readonly VideoChoice[]> => {
    try {
      return await get<VideoChoice[]>('/api/videos');
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  },
  /** What is on air: nothing, or the newest version that was written before it was frozen; none where that came from files. */
  onAir: async (id: string): Promise<{ readonly version?: DraftVersionView } | undefined> => {
    const view = (await draftApi.campaigns()).find((campaign: CampaignView) => campaign.id === id);
    const release = view && view.releases.length > 0 ? await draftApi.rendered({ ...view, candidates: [] }) : undefined;
    if (!release) return undefined;
    const version = (await draftApi.versions(id)).find(({ at }) => at <= release.frozenAt);
    return version ? { version } : {};
  },
  one: (id: string) => get<DraftView>(address(id)),
};
export type EditorApi = typeof editorApi;
