import type {
  AlertView,
  CampaignView,
  DayView,
  DraftSummary,
  PredictionAnswer,
  SilentPlace,
  StopOrderView,
  Today,
} from '@xiaolaba/gateway/contract';
import { get, Refusal } from '../api/client.js';

/** Nothing where this gateway can't say: an older one has no such address, and some days have no answer. */
export const ifKnown = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refusal && error.trouble.kind === 'answer') return undefined;
    throw error;
  }
};

export const todayApi = {
  today: () => get<Today>('/api/today'),
  day: (day: string) => get<DayView>(`/api/days/${day}`),
  silent: (day: string) => get<SilentPlace[]>(`/api/days/${day}/silent`),
  drafts: () => get<DraftSummary[]>('/api/drafts'),
  campaigns: () => get<CampaignView[]>('/api/campaigns'),
  orders: () => get<StopOrderView[]>('/api/stop-orders'),
  alerts: () => ifKnown(get<AlertView[]>('/api/alerts')),
  prediction: (day: string) => ifKnown(get<PredictionAnswer>(`/api/days/${day}/prediction`)),
};
export type TodayApi = typeof todayApi;
