import { beforeAll, describe, expect, it } from 'vitest';
import type { Audience, Campaign } from '../content/index.js';
import { modelOf } from '../coverage/testing/builders.js';
import { resolveAudience } from './audience.js';
import type { DistrictModel } from './district-model.js';
import { fillIn, variantsOf } from './variants.js';

const long = 'a-very-long-name-of-a-place-in-the-east';
let model: DistrictModel;
beforeAll(async () => {
  model = await modelOf({
    'district.yaml': `id: small
name: { zh: 小县, en: Small County }
zone: Asia/Shanghai
demo: true
townships: [{ id: town, name: { zh: 城关镇, en: Town } }, { id: hills, name: { zh: 山乡, en: Hills } }]
police-stations:
  - { id: station, name: { zh: 城关派出所, en: Town Station }, township: town }
  - { id: post, name: { zh: 山乡警务站, en: Hills Post }, township: hills }
`,
    'sites/sites.csv': `id,kind,name_zh,name_en,township,police_station,longitude,latitude,dialects,quiet_hours,volume_cap,noise_zone,people
estate-1,estate,甲小区,Estate A,town,station,115.1,23.4,cmn yue,22:00-06:00,70,2,1000
estate-2,estate,乙小区,Estate B,hills,post,115.11,23.41,hak cmn,22:00-06:00,70,2,500
${long}1,village,东村,East,hills,post,115.11,23.42,hak,22:00-06:00,70,2,500
${long}2,village,西村,West,hills,post,115.11,23.43,hak,22:00-06:00,70,2,500
stop-1,stop,东站,East Stop,town,station,115.12,23.4,cmn,22:00-06:00,70,2,100
stop-2,stop,西站,West Stop,town,station,115.14,23.4,cmn,22:00-06:00,70,2,100
parking-1,parking,停放点,Parking,town,station,115.105,23.405,cmn,22:00-06:00,70,2,100
`,
  });
});

describe('an audience', () => {
  const placesOf = (more: Partial<Audience>): string[] =>
    resolveAudience(model, { profiles: ['loudspeaker'], ...more }).map(({ place }) => place);

  it('is every place unless it says otherwise, in a fixed order', () => {
    const all = placesOf({});
    expect(all).toHaveLength(model.places.size);
    expect(all).toEqual([...all].sort());
  });

  it('is narrowed by each condition, and an empty one asks nothing', () => {
    expect(placesOf({ kinds: ['estate'] })).toEqual(['site/estate-1', 'site/estate-2']);
    expect(placesOf({ kinds: ['estate'], townships: ['hills'] })).toEqual(['site/estate-2']);
    expect(placesOf({ kinds: ['estate'], townships: [], policeStations: ['station'] })).toEqual(['site/estate-1']);
    expect(placesOf({ kinds: ['estate'], dialects: ['hak', 'pcc'] })).toEqual(['site/estate-2']);
    expect(placesOf({ kinds: ['square'] })).toEqual([]);
  });

  it('names sites, routes and fleets together', () => {
    expect(placesOf({ sites: ['stop-1'], routes: ['route-1'], fleets: ['fleet-1'] })).toEqual([
      'fleet/fleet-1',
      'route/route-1',
      'site/stop-1',
    ]);
    expect(placesOf({ sites: ['stop-1', 'estate-1'], kinds: ['estate'] })).toEqual(['site/estate-1']);
    expect(placesOf({ routes: ['route-1'], townships: ['town'] })).toEqual(['route/route-1']);
  });
});

describe('variants', () => {
  const saying = (text: string): Campaign => ({
    id: 'bulletin',
    title: { zh: '快报', en: 'Bulletin' },
    valid: { from: '2026-01-01', to: '2026-12-31' },
    audience: { profiles: ['loudspeaker'] },
    items: [{ id: 'item', title: { zh: '一', en: 'One' }, audio: [{ dialect: 'cmn', text }] }],
    cues: [],
  });
  const of = (text: string, more: Partial<Audience> = {}) =>
    variantsOf(saying(text), resolveAudience(model, { profiles: ['loudspeaker'], ...more }), model).map((variant) => ({
      id: variant.id,
      places: variant.places.length,
      text: fillIn(text, variant.values),
    }));

  it('are one where the texts are the same everywhere', () => {
    expect(of('不听、不信、不转账。', { kinds: ['estate'] })).toEqual([
      { id: '', places: 2, text: '不听、不信、不转账。' },
    ]);
    expect(of('{district}反诈中心提醒您', { kinds: ['estate'] })).toEqual([
      { id: '', places: 2, text: '小县反诈中心提醒您' },
    ]);
  });

  it('are one for each police station or township that the texts name', () => {
    expect(of('{police_station}提醒您', { kinds: ['estate', 'stop'] })).toEqual([
      { id: 'station', places: 3, text: '城关派出所提醒您' },
      { id: 'post', places: 1, text: '山乡警务站提醒您' },
    ]);
    expect(of('{township}的居民', { kinds: ['estate'] }).map(({ id, text }) => `${id} ${text}`)).toEqual([
      'town 城关镇的居民',
      'hills 山乡的居民',
    ]);
  });

  it('are one for each place that is named, however long and alike their ids', () => {
    const villages = of('{police_station}提醒{place}的乡亲', { kinds: ['village'] });
    expect(villages.map(({ text }) => text)).toEqual(['山乡警务站提醒东村的乡亲', '山乡警务站提醒西村的乡亲']);
    expect(new Set(villages.map(({ id }) => id)).size).toBe(2);
    for (const { id } of villages) expect(id).toMatch(/^[a-z0-9][a-z0-9-]{1,39}$/);
    expect(of('{police_station}提醒{place}的乡亲', { kinds: ['village'] })).toEqual(villages);
  });

  it('leave what they do not know as it stands', () => {
    expect(fillIn('{weather}，{place}', { place: '东村' })).toBe('{weather}，东村');
  });
});
