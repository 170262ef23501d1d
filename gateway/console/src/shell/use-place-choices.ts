import type { DistrictView, SilentPlace, SiteView } from '@xiaolaba/gateway/contract';
import { computed } from 'vue';
import type { ComboChoice } from './combo-choice.js';
import { useWords } from './words.js';

/** A place by its name. Its key is what it is known by: `site/…`, `route/…`, `fleet/…`. */
export interface PlaceChoice extends ComboChoice {
  readonly list: 'sites' | 'routes' | 'fleets';
  readonly id: string;
  readonly kind: SilentPlace['kind'];
  /** What else there is to know, where it stands in one spot; and the township that is in. */
  readonly site?: SiteView;
  readonly township?: string;
}
type Named = DistrictView['fleets'][number];

/** All places of a district, to be found by their names. */
export const usePlaceChoices = (district: () => DistrictView | undefined) => {
  const { named } = useWords();
  const wordsOf = ({ id, name }: Named): string => `${name.zh} ${name.en} ${id}`.toLowerCase();
  const choiceOf = (one: Named) => ({ id: one.id, name: named(one.name), words: wordsOf(one) });
  return computed((): readonly PlaceChoice[] => {
    const { townships = [], sites = [], routes = [], fleets = [] } = district() ?? {};
    const names = new Map(townships.map(({ id, name }) => [id, named(name)] as const));
    return [
      ...sites.map((site): PlaceChoice => {
        const township = names.get(site.township) ?? '';
        return { ...choiceOf(site), key: `site/${site.id}`, list: 'sites', kind: site.kind, site, township };
      }),
      ...routes.map(
        (route): PlaceChoice => ({ ...choiceOf(route), key: `route/${route.id}`, list: 'routes', kind: 'route' }),
      ),
      ...fleets.map(
        (fleet): PlaceChoice => ({ ...choiceOf(fleet), key: `fleet/${fleet.id}`, list: 'fleets', kind: 'fleet' }),
      ),
    ];
  });
};
