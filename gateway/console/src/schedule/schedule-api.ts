import type {
  CalendarPlanView,
  CalendarView,
  DraftView,
  SavedDraftView,
  ScheduleCheck,
  ScheduleWeek,
} from '@xiaolaba/gateway/contract';
import { get, send } from '../api/client.js';
import type { CampaignDocument } from './window-edit.js';

const draft = (id: string) => `/api/drafts/${encodeURIComponent(id)}`;
const calendar = (id: string) => `/api/calendars/${encodeURIComponent(id)}`;

export const scheduleApi = {
  week: (day: string, signal?: AbortSignal) => get<ScheduleWeek>(`/api/schedule/weeks/${day}`, signal),
  draft: (id: string) => get<DraftView>(draft(id)),
  check: (campaign: CampaignDocument, from: string) =>
    send<ScheduleCheck>('POST', '/api/schedule/check', { campaign, from, days: 7 }),
  /** Only if it still is the version that was looked at. */
  save: (campaign: CampaignDocument, version: number) =>
    send<SavedDraftView>('PUT', draft(campaign.id), campaign, { headers: { 'if-match': `"${version}"` } }),
  calendars: () => get<CalendarView[]>('/api/calendars'),
  calendarFile: calendar,
  tryCalendar: (id: string, text: string) => send<CalendarPlanView>('POST', `${calendar(id)}/check`, { text }),
  loadCalendar: (id: string, text: string) => send<CalendarPlanView>('PUT', calendar(id), { text }),
};
export type ScheduleApi = typeof scheduleApi;
