import type { DayView, DistrictView, PlaceDay, SilentPlace } from '@xiaolaba/gateway/contract';
import { computed, type InjectionKey, inject, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { type Api, type Trouble, troubleOf } from '../api/client.js';
import type { LiveHandlers } from '../api/live.js';
import { dayOf } from '../shell/time.js';
import { type Filters, noFilters } from './filters.js';
import { acceptsCoverage, byPlace, mergePlaces, mergeVehicles, type PlaceDays, type Vehicles } from './live-merge.js';

/** The list of silent places is read again at most this often while the day runs. */
const silentEveryMs = 2000;
/** If no live word says which day it is by then, the calendar of this machine has to do. */
const patienceMs = 4000;

interface Sources {
  readonly api: Api;
  readonly openLive: (handlers: LiveHandlers) => () => void;
  /** The day asked for in the address. */
  readonly wantedDay: () => string | undefined;
}

/** Everything the coverage page knows, kept current for as long as the page is open. */
export const createCoverage = ({ api, openLive, wantedDay }: Sources) => {
  const district = shallowRef<DistrictView>();
  const summary = shallowRef<DayView>();
  const places = shallowRef<PlaceDays>(new Map());
  const vehicles = shallowRef<Vehicles>(new Map());
  const silent = shallowRef<readonly SilentPlace[]>();
  const trouble = shallowRef<Trouble>();
  const filters = shallowRef<Filters>(noFilters);
  const now = ref<number>();
  const today = ref<string>();
  const connected = ref(false);
  /** By this page's own clock. */
  const heardAt = ref<number>();
  const shownDay = computed(() => wantedDay() ?? today.value);

  let reading: AbortController | undefined;
  let silentTimer: ReturnType<typeof setTimeout> | undefined;

  const readSilent = async (day: string): Promise<void> => {
    const answer = await api.silent(day).catch(() => undefined);
    if (answer && day === shownDay.value) silent.value = answer;
  };
  const silentSoon = () => {
    silentTimer ??= setTimeout(() => {
      silentTimer = undefined;
      if (shownDay.value) void readSilent(shownDay.value);
    }, silentEveryMs);
  };
  const show = (view: DayView, places_: PlaceDays) => {
    summary.value = view;
    places.value = places_;
  };
  const read = async (): Promise<void> => {
    reading?.abort();
    const mine = new AbortController();
    reading = mine;
    trouble.value = undefined;
    const day = shownDay.value;
    try {
      district.value ??= await api.district();
      if (!day) return;
      const [view, silences] = await Promise.all([api.day(day, mine.signal), api.silent(day, mine.signal)]);
      if (mine.signal.aborted) return;
      show(view, byPlace(view.places));
      silent.value = silences;
      now.value ??= view.now;
    } catch (error) {
      if (!mine.signal.aborted) trouble.value = troubleOf(error);
    }
  };

  watch(
    shownDay,
    (_day, before) => {
      if (before !== undefined) {
        summary.value = undefined;
        silent.value = undefined;
        places.value = new Map();
      }
      void read();
    },
    { immediate: true },
  );

  const close = openLive({
    now: (event) => {
      now.value = event.now;
      today.value = event.day;
    },
    coverage: (event) => {
      now.value = event.now;
      if (!acceptsCoverage(summary.value, event)) return;
      show(event, mergePlaces(places.value, event.places));
      silentSoon();
    },
    vehicles: (moved) => {
      vehicles.value = mergeVehicles(vehicles.value, moved);
    },
    state: (up) => {
      // What happened while the line was down arrives with a fresh reading, not with later changes.
      if (up && !connected.value && (heardAt.value !== undefined || trouble.value)) void read();
      connected.value = up;
      if (up) heardAt.value = performance.now();
    },
  });
  const guess = setTimeout(() => {
    if (district.value && !shownDay.value) today.value = dayOf(Date.now(), district.value.zone);
  }, patienceMs);
  onScopeDispose(() => {
    close();
    reading?.abort();
    clearTimeout(guess);
    clearTimeout(silentTimer);
  });

  const dayOfPlace = (place: string): PlaceDay | undefined => places.value.get(place);
  return {
    district,
    summary,
    places,
    vehicles,
    silent,
    trouble,
    filters,
    now,
    today,
    connected,
    heardAt,
    shownDay,
    read,
    dayOfPlace,
  };
};
export type Coverage = ReturnType<typeof createCoverage>;

export const coverageKey: InjectionKey<Coverage> = Symbol('coverage');
export const useCoverage = (): Coverage => {
  const coverage = inject(coverageKey);
  if (!coverage) throw new Error('useCoverage outside the coverage page');
  return coverage;
};
