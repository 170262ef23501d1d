import type { OpenAlert } from '@xiaolaba/gateway/contract';
import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue';
import { openLive } from '../api/live.js';

/** Between leaving a page and the next one's bar: what is known stays. */
const lingerMs = 3000;

const alerts = shallowRef<readonly OpenAlert[]>([]);
const connected = ref(true);
/** How far the gateway's clock is ahead of this one. */
const aheadMs = ref(0);
let users = 0;
let close: (() => void) | undefined;
let leaving: ReturnType<typeof setTimeout> | undefined;

const attend = () => {
  if (users === 0) {
    close?.();
    close = undefined;
    return;
  }
  close ??= openLive({
    now: ({ now }) => {
      aheadMs.value = now - Date.now();
    },
    alerts: (open) => {
      alerts.value = open;
    },
    state: (up) => {
      connected.value = up;
    },
  });
};

/** Alerts that wait for signatures or are on air, as the gateway tells of them. */
export const useOpenAlerts = () => {
  onMounted(() => {
    clearTimeout(leaving);
    users++;
    attend();
  });
  onBeforeUnmount(() => {
    users--;
    clearTimeout(leaving);
    leaving = setTimeout(attend, lingerMs);
  });
  return { alerts, connected, gatewayNow: (): number => Date.now() + aheadMs.value };
};
