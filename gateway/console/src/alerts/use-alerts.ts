import type { AlertTextView, AlertView, DistrictView } from '@xiaolaba/gateway/contract';
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue';
import { api, type Trouble, troubleOf } from '../api/client.js';
import { useOpenAlerts } from '../shell/open-alerts.js';
import { alertsApi } from './alerts-api.js';

/** Whoever waits for the first sound watches it; what is over changes no more. */
const openMs = 2000;
const allMs = 30_000;

export const isOpen = ({ state }: Pick<AlertView, 'state'>): boolean => state === 'waiting' || state === 'on-air';

/** Every alert, those that are open kept current by the second. */
export const useAlerts = () => {
  const { alerts: told, connected, gatewayNow } = useOpenAlerts();
  const all = shallowRef<readonly AlertView[]>();
  const texts = shallowRef<readonly AlertTextView[]>([]);
  const district = shallowRef<DistrictView>();
  const trouble = shallowRef<Trouble>();
  const now = ref(gatewayNow());
  let reading = false;
  /** Something was told of while a reading was under way. */
  let isStale = false;
  let readAt = 0;

  const take = (alert: AlertView) => {
    const list = all.value ?? [];
    const known = list.some(({ id }) => id === alert.id);
    all.value = known ? list.map((one) => (one.id === alert.id ? alert : one)) : [alert, ...list];
  };
  const read = async () => {
    isStale = reading;
    if (reading) return;
    reading = true;
    try {
      const [list, where, prepared] = await Promise.all([
        alertsApi.all(),
        district.value ?? api.district(),
        texts.value.length > 0 ? texts.value : alertsApi.texts(),
      ]);
      all.value = list;
      district.value = where;
      texts.value = prepared;
      trouble.value = undefined;
      readAt = performance.now();
    } catch (error) {
      trouble.value = troubleOf(error);
    } finally {
      done();
    }
  };
  const done = () => {
    reading = false;
    if (isStale) void read();
  };
  const follow = async () => {
    if (document.hidden || reading) return;
    if (performance.now() - readAt > allMs) return await read();
    reading = true;
    try {
      for (const { id } of (all.value ?? []).filter(isOpen)) take(await alertsApi.one(id));
      trouble.value = undefined;
    } catch (error) {
      trouble.value = troubleOf(error);
    } finally {
      done();
    }
  };
  // Somebody else's alert, signature or end shows at once.
  watch(told, () => void read());
  const following = setInterval(() => void follow(), openMs);
  const ticking = setInterval(() => {
    now.value = gatewayNow();
  }, 1000);
  onBeforeUnmount(() => {
    clearInterval(following);
    clearInterval(ticking);
  });
  void read();

  return {
    all,
    open: computed(() => (all.value ?? []).filter(isOpen)),
    past: computed(() => (all.value ?? []).filter((alert) => !isOpen(alert))),
    texts,
    district,
    trouble,
    connected,
    now,
    read,
    take,
  };
};
