import type { DistrictView } from '@xiaolaba/gateway/contract';
import { useWords } from '../../shell/words.js';
import { valueText } from '../change-words.js';
import type { CampaignDocument } from './document.js';
import { orderStep, type Path, rhythmStep } from './merge.js';

const audienceLists = [
  'profiles',
  'kinds',
  'townships',
  'police-stations',
  'dialects',
  'sites',
  'routes',
  'fleets',
] as const;
const cueFields = [
  'items',
  'weights',
  'repeats',
  'jingle',
  'output',
  'windows',
  'priority',
  'volume-cap',
  'dialects',
] as const;
const mostNames = 3;

/** Fields, values and places of a document as people call them. */
export const useFieldWords = () => {
  const { t, listed, named, dialect } = useWords();

  /** The name of a path; entries of lists by position (`items.0.text`) or by id. */
  const pathOf = (path: Path, document: CampaignDocument): string => {
    const [first, second = '', third, fourth = ''] = path;
    const positioned = /^\d+$/.test(second);
    if (first === 'title') return second === 'en' ? t('editor.name.en') : t('editor.name.zh');
    if (first === 'valid') {
      if (second === 'from') return t('editor.valid.from');
      return second === 'to' ? t('editor.valid.to') : t('editor.valid.legend');
    }
    if (first === 'audience') {
      const list = audienceLists.find((one) => one === second);
      return list ? t(`editor.audience.${list}`) : t('editor.part.audience');
    }
    if (second === orderStep)
      return t('editor.field.order', { name: t(first === 'cues' ? 'editor.part.cues' : 'editor.part.items') });
    if (first === 'items') {
      const index = positioned ? Number(second) : document.items.findIndex(({ id }) => id === second);
      const item = document.items[index];
      const name = (item && named(item.title)) || (index >= 0 ? t('editor.item.nth', { n: index + 1 }) : second);
      if (second === '') return t('editor.part.items');
      const whole = t('editor.field.item', { name });
      if (third === 'text') return `${whole} ${t('editor.item.text')}`;
      if (third === 'title') return `${whole} ${fourth === 'en' ? t('editor.name.en') : t('editor.item.title')}`;
      if (third === 'video') return `${whole} ${t('editor.item.video')}`;
      if (third === 'audio') {
        const code = /^\d+$/.test(fourth) ? item?.audio?.[Number(fourth)]?.dialect : fourth;
        return code && code !== orderStep ? `${whole} ${dialect(code)}` : `${whole} ${t('editor.field.voices')}`;
      }
      return whole;
    }
    if (first === 'cues') {
      if (second === '') return t('editor.part.cues');
      const index = positioned ? Number(second) : document.cues.findIndex(({ id }) => id === second);
      const whole = index >= 0 ? t('editor.cue.nth', { n: index + 1 }) : second;
      if (third === rhythmStep || third === 'every' || third === 'continuous' || third === 'cooldown')
        return `${whole} ${t('editor.cue.rhythm')}`;
      const known = cueFields.find((one) => one === third);
      return known ? `${whole} ${t(`editor.field.cue.${known}`)}` : whole;
    }
    return first === 'id' ? t('editor.field.id') : t('drafts.field.other');
  };

  const fieldOf = (field: string, document: CampaignDocument): string =>
    field === '' ? '' : pathOf(field.split('.'), document);

  const placeNames = (places: readonly string[], district: DistrictView | undefined): string => {
    const nameOf = (place: string): string => {
      const [type, id] = place.split('/');
      const list = type === 'route' ? district?.routes : type === 'fleet' ? district?.fleets : district?.sites;
      const found = list?.find((one) => one.id === id);
      return found ? named(found.name) : (id ?? place);
    };
    const said = listed(places.slice(0, mostNames).map(nameOf));
    return places.length > mostNames ? t('editor.check.places', { names: said, n: places.length }) : said;
  };
  /** A value of a path; ids of the district by name. */
  const saidOf = (path: Path, value: unknown, district: DistrictView | undefined): string => {
    const [first, list] = path;
    if (first === 'audience' && Array.isArray(value)) {
      const named_: Record<string, (id: string) => string | undefined> = {
        townships: (id) => district?.townships.find((one) => one.id === id)?.name.zh,
        'police-stations': (id) => district?.policeStations.find((one) => one.id === id)?.name.zh,
        sites: (id) => district?.sites.find((one) => one.id === id)?.name.zh,
        routes: (id) => district?.routes.find((one) => one.id === id)?.name.zh,
        fleets: (id) => district?.fleets.find((one) => one.id === id)?.name.zh,
        dialects: (id) => dialect(id),
      };
      return listed(value.map((id) => named_[list ?? '']?.(String(id)) ?? String(id)));
    }
    return valueText(value, listed);
  };
  return { pathOf, fieldOf, placeNames, saidOf };
};
