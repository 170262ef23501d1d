import type { OpenAlert } from '@xiaolaba/gateway/contract';
import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue';
import { openLive } from '../api/live.js';

/** Between leaving a page and the next one's bar: the line stays. */
const lingerMs = 3000;

const alerts = shallowRef<readonly OpenAlert[]>([]);
const connected = ref(true);
/** How far the gateway's clock is ahead of this one. */
const aheadMs = ref(0);
let users = 0;
let close: (() => void) | undefined;
let leaving: ReturnType<typeof setTimeout> | undefined;

/** Nobody sees a page in the background, and a browser opens only so many lines to one gateway. */
const attend = () => {
  const wanted = users > 0 && !document.hidden;
  if (!wanted) {
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
document.addEventListener('visibilitychange', attend);

/** Alerts that wait for signatures or are on air, as the gateway tells of them; one line for the whole page. */
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
