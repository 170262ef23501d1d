import type { CampaignView, DistrictView, DraftSummary } from '@xiaolaba/gateway/contract';
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue';
import { api, type Trouble, troubleOf } from '../api/client.js';
import { approvalsApi } from './approvals-api.js';
import { waitingOf } from './waiting.js';

/** How often the list is read anew: what colleagues sign shows by itself. */
const everyMs = 10_000;

/** @param mayLook whether the gateway shows this account what waits, and who wrote it */
export const useApprovals = (mayLook: boolean) => {
  const campaigns = shallowRef<CampaignView[]>();
  const drafts = shallowRef<DraftSummary[]>([]);
  const district = shallowRef<DistrictView>();
  const trouble = shallowRef<Trouble>();
  const reading = ref(false);

  const read = async () => {
    if (reading.value) return;
    reading.value = true;
    try {
      district.value ??= await api.district();
      if (!mayLook) return;
      const [views, summaries] = await Promise.all([approvalsApi.campaigns(), approvalsApi.drafts()]);
      campaigns.value = views;
      drafts.value = summaries;
      trouble.value = undefined;
    } catch (error) {
      trouble.value = troubleOf(error);
    } finally {
      reading.value = false;
    }
  };
  const timer = setInterval(() => {
    if (!document.hidden) void read();
  }, everyMs);
  onBeforeUnmount(() => clearInterval(timer));
  void read();

  return {
    district,
    trouble,
    read,
    loaded: computed(() => campaigns.value !== undefined),
    waiting: computed(() => waitingOf(campaigns.value ?? [], drafts.value)),
  };
};
