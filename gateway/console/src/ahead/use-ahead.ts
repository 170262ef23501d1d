import type { CampaignView, Prediction, Preview, Today } from '@xiaolaba/gateway/contract';
import { computed, shallowRef, watch } from 'vue';
import { isRefusal, type Trouble, troubleOf } from '../api/client.js';
import type { AheadApi } from './ahead-api.js';

interface Asked {
  readonly place: string;
  readonly day: string;
  /** Campaign of which what waits for approval is tried. */
  readonly tried: string | undefined;
}

/** One place on one day, as it stands or as it would be. */
export const useAhead = (api: AheadApi, asked: () => Asked) => {
  const preview = shallowRef<Preview>();
  const today = shallowRef<Today>();
  const campaigns = shallowRef<readonly CampaignView[]>([]);
  const prediction = shallowRef<Prediction>();
  const trouble = shallowRef<Trouble>();
  /** What was to be tried has been approved or taken back meanwhile. */
  const gone = shallowRef(false);
  let turn = 0;

  const read = async (): Promise<void> => {
    const mine = ++turn;
    const { place, day, tried } = asked();
    trouble.value = undefined;
    prediction.value = undefined;
    gone.value = false;
    try {
      const [days, views, shown] = await Promise.all([
        today.value ?? api.today(),
        api.campaigns(),
        api.preview(place, day, tried).catch((error: unknown) => {
          if (tried === undefined || !isRefusal(error, 'candidate-unknown')) throw error;
          gone.value = true;
          return api.preview(place, day);
        }),
      ]);
      if (mine !== turn) return;
      today.value = days;
      campaigns.value = views;
      preview.value = shown;
      const foretold = day >= days.day ? await api.prediction(day, gone.value ? undefined : tried) : undefined;
      if (mine === turn) prediction.value = foretold ?? undefined;
    } catch (error) {
      if (mine === turn) trouble.value = troubleOf(error);
    }
  };
  watch(
    () => {
      const { place, day, tried } = asked();
      return `${place} ${day} ${tried ?? ''}`;
    },
    (_now, before) => {
      const place = before?.split(' ')[0];
      // The same place keeps its picture until the other day is there.
      if (place !== undefined && place !== asked().place) preview.value = undefined;
      void read();
    },
    { immediate: true },
  );

  const waiting = computed(() => campaigns.value.filter(({ candidates }) => candidates.length > 0));
  /** Releases that are not on air yet. */
  const notApproved = computed(
    () => new Set(waiting.value.flatMap(({ candidates }) => candidates.map(({ sha256 }) => sha256))),
  );
  return { preview, today, waiting, notApproved, prediction, trouble, gone, read };
};
