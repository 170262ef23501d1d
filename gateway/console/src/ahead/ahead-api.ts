import type { CampaignView, PredictionAnswer, Preview, Today } from '@xiaolaba/gateway/contract';
import { get } from '../api/client.js';
import { ifKnown } from '../today/today-api.js';

const query = (tried: string | undefined): string => (tried === undefined ? '' : `?with=${encodeURIComponent(tried)}`);

export const aheadApi = {
  preview: (place: string, day: string, tried?: string) =>
    get<Preview>(`/api/places/${place}/days/${day}/preview${query(tried)}`),
  today: () => get<Today>('/api/today'),
  campaigns: () => get<CampaignView[]>('/api/campaigns'),
  prediction: (day: string, tried?: string) =>
    ifKnown(get<PredictionAnswer>(`/api/days/${day}/prediction${query(tried)}`)),
};
export type AheadApi = typeof aheadApi;
