import { sha256 } from '@xiaolaba/protocol/node';
import type { Campaign } from '../content/index.js';
import type { DistrictModel, Place } from './district-model.js';

/** Fields that a text may hold, filled in per place. */
export const textFields = ['police_station', 'township', 'district', 'place'] as const;
export type TextField = (typeof textFields)[number];

export interface Variant {
  /** Empty where the campaign's texts are the same everywhere. */
  readonly id: string;
  readonly places: readonly Place[];
  readonly values: Readonly<Record<TextField, string>>;
}

/** An id has at most so many characters. */
const maxKey = 40;

const fieldPattern = /\{([a-z_]+)\}/g;

/** Puts a variant's values into a text. */
export const fillIn = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(fieldPattern, (whole, field: string) => values[field] ?? whole);

function fieldsOf(campaign: Campaign): Set<string> {
  const texts = campaign.items.flatMap((item) => [item.text, ...item.audio.map((version) => version.text)]);
  return new Set(texts.flatMap((text) => [...(text ?? '').matchAll(fieldPattern)].map((match) => match[1] ?? '')));
}

/** What names a variant: ids, not wording, so that a renamed police station keeps its variant. */
function keyOf(place: Place, fields: ReadonlySet<string>): string {
  const key = [
    fields.has('police_station') ? place.policeStation : '',
    fields.has('township') ? (place.township ?? '') : '',
    fields.has('place') ? place.place.replace('/', '-') : '',
  ]
    .filter(Boolean)
    .join('-');
  // Cut off, two places could share a name and then a text.
  return key.length <= maxKey ? key : `${key.slice(0, maxKey - 9)}-${sha256(Buffer.from(key)).slice(0, 8)}`;
}

/** Groups places by what the campaign's texts say there: each group becomes a release of its own. */
export function variantsOf(campaign: Campaign, places: readonly Place[], model: DistrictModel): Variant[] {
  const fields = fieldsOf(campaign);
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const key = keyOf(place, fields);
    groups.set(key, [...(groups.get(key) ?? []), place]);
  }
  const stations = new Map(model.district.policeStations.map((station) => [station.id, station.name.zh]));
  const townships = new Map(model.district.townships.map((township) => [township.id, township.name.zh]));
  return [...groups].map(([id, members]) => {
    const [first] = members;
    return {
      id,
      places: members,
      values: {
        police_station: stations.get(first?.policeStation ?? '') ?? model.district.name.zh,
        township: townships.get(first?.township ?? '') ?? model.district.name.zh,
        district: model.district.name.zh,
        place: first?.name.zh ?? '',
      },
    };
  });
}
