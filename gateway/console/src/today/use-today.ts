import type {
  AlertView,
  CampaignView,
  DayView,
  DraftSummary,
  Prediction,
  SilentPlace,
  StopOrderView,
  Today,
} from '@xiaolaba/gateway/contract';
import { computed, onScopeDispose, ref, shallowRef } from 'vue';
import { type Trouble, troubleOf } from '../api/client.js';
import type { LiveHandlers } from '../api/live.js';
import type { Session } from '../session/use-session.js';
import { shiftDay } from '../shell/time.js';
import { useDistrict } from '../shell/use-district.js';
import type { TodayApi } from './today-api.js';
import { inForce, workOf } from './work.js';

/** What colleagues do shows within a minute; coverage and the clock come by themselves. */
const everyMs = 60_000;

interface Sources {
  readonly api: TodayApi;
  readonly openLive: (handlers: LiveHandlers) => () => void;
  readonly session: Session;
}

/** Everything that the first page of the day knows, kept current for as long as it is open. */
export const useToday = ({ api, openLive, session }: Sources) => {
  const district = useDistrict();
  const today = shallowRef<Today>();
  const summary = shallowRef<DayView>();
  const silent = shallowRef<readonly SilentPlace[]>([]);
  const yesterday = shallowRef<DayView>();
  const drafts = shallowRef<readonly DraftSummary[]>([]);
  const campaigns = shallowRef<readonly CampaignView[]>([]);
  const orders = shallowRef<readonly StopOrderView[]>([]);
  const alerts = shallowRef<readonly AlertView[]>([]);
  const foretold = shallowRef<Prediction>();
  const expected = shallowRef<Prediction>();
  /** Whether the forecasts have been asked for: they take longer than the rest. */
  const asked = ref(false);
  const trouble = shallowRef<Trouble>();
  const now = ref<number>();
  const zone = computed(() => district.value?.zone ?? 'Asia/Shanghai');

  const may = (): { approves: boolean; writes: boolean } => ({
    approves: session.can('approver'),
    writes: session.can('editor'),
  });
  let reading = false;
  const read = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      const { approves, writes } = may();
      const view = await api.today();
      const before = shiftDay(view.day, -1);
      const [nowAt, hushed, past, mine, all, stops, alarms] = await Promise.all([
        api.day(view.day),
        api.silent(view.day),
        api.day(before),
        approves || writes ? api.drafts() : [],
        api.campaigns(),
        api.orders(),
        api.alerts(),
      ]);
      today.value = view;
      now.value = Math.max(now.value ?? 0, view.now);
      summary.value = nowAt;
      silent.value = hushed.filter(({ ongoing }) => ongoing);
      yesterday.value = past;
      drafts.value = mine;
      campaigns.value = all;
      orders.value = stops;
      alerts.value = alarms ?? [];
      trouble.value = undefined;
      const [held, next] = await Promise.all([api.prediction(before), api.prediction(shiftDay(view.day, 1))]);
      foretold.value = held ?? undefined;
      expected.value = next ?? undefined;
      asked.value = true;
    } catch (error) {
      trouble.value = troubleOf(error);
    } finally {
      reading = false;
    }
  };

  let wasUp = true;
  const close = openLive({
    now: (event) => {
      now.value = event.now;
      if (today.value && event.day !== today.value.day) void read();
    },
    coverage: (event) => {
      if (event.day === today.value?.day) summary.value = event;
    },
    vehicles: () => undefined,
    state: (up) => {
      if (up && !wasUp) void read();
      wasUp = up;
    },
  });
  const timer = setInterval(() => {
    if (!document.hidden) void read();
  }, everyMs);
  const seen = () => {
    if (!document.hidden) void read();
  };
  document.addEventListener('visibilitychange', seen);
  onScopeDispose(() => {
    close();
    clearInterval(timer);
    document.removeEventListener('visibilitychange', seen);
  });
  void read();

  const work = computed(() => workOf({ id: session.account.value?.id ?? '', ...may() }, drafts.value, campaigns.value));
  const standing = computed(() => inForce(orders.value));
  const openAlerts = computed(() => alerts.value.filter(({ state }) => state === 'waiting' || state === 'on-air'));

  return {
    district,
    zone,
    today,
    summary,
    silent,
    yesterday,
    work,
    standing,
    openAlerts,
    foretold,
    expected,
    asked,
    trouble,
    now,
    read,
  };
};
