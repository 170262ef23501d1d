import type {
  CampaignView,
  DraftSummary,
  DraftView,
  ItemPreview,
  ItemPreviewRequest,
  RecordingView,
  SavedDraftView,
  SpeechView,
  VideoFile,
  VoicesView,
} from '@xiaolaba/gateway/contract';
import { get, send } from '../api/client.js';
import type { Trim } from './trim.js';
import { upload } from './upload.js';

export interface Sending {
  readonly csrf: string | undefined;
  readonly progress: (share: number) => void;
  readonly signal: AbortSignal;
}

const of = (kind: 'recordings' | 'videos', name: string) => `/api/${kind}/${encodeURIComponent(name)}`;
const draft = (id: string) => `/api/drafts/${encodeURIComponent(id)}`;

export const itemsApi = {
  recordings: () => get<RecordingView[]>('/api/recordings'),
  videos: () => get<VideoFile[]>('/api/videos'),
  voices: () => get<VoicesView>('/api/voices'),
  drafts: () => get<DraftSummary[]>('/api/drafts'),
  campaigns: () => get<CampaignView[]>('/api/campaigns'),
  draft: (id: string) => get<DraftView>(draft(id)),
  /** `title` is what people call it; without `trim` the whole file is kept. */
  record: (file: Blob, title: string, trim: Trim | undefined, sending: Sending) => {
    const query = new URLSearchParams({ name: title });
    if (trim) {
      query.set('fromMs', String(Math.round(trim.from * 1000)));
      query.set('toMs', String(Math.round(trim.to * 1000)));
    }
    return upload<RecordingView>({ path: `/api/recordings?${query}`, file, ...sending });
  },
  film: (file: Blob, title: string, sending: Sending) =>
    upload<VideoFile>({ path: `/api/videos?${new URLSearchParams({ name: title })}`, file, ...sending }),
  remove: (kind: 'recordings' | 'videos', name: string) => send<{ name: string }>('DELETE', of(kind, name)),
  speech: (text: string, dialect: string) => send<SpeechView>('POST', '/api/speech', { text, dialect }),
  preview: (request: ItemPreviewRequest) => send<ItemPreview>('POST', '/api/items/preview', request),
  /** Only if it still is the version that was looked at. */
  save: (id: string, version: number, campaign: unknown) =>
    send<SavedDraftView>('PUT', draft(id), campaign, { headers: { 'if-match': `"${version}"` } }),
};
export type ItemsApi = typeof itemsApi;
