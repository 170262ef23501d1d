import { expect, it } from 'vitest';
import { modelOf } from '../coverage/testing/builders.js';
import { capLimits, readCap, writeCap } from '../orders/cap.js';
import { placesIn } from './cap-areas.js';
import { areasOf } from './cap-out.js';

const towns = Array.from({ length: 6 }, (_, index) => `town-${index}`);
const named = (id: string) => `{ id: ${id}, name: { zh: ${id}镇, en: ${id} } }`;
const sites = Array.from(
  { length: 3000 },
  (_, at) =>
    `wide-${at},estate,小区${at},Estate ${at},${towns[at % towns.length]},station,115.1,23.4,cmn,22:00-06:00,70,2,10`,
);
const head =
  'id,kind,name_zh,name_en,township,police_station,longitude,latitude,dialects,quiet_hours,volume_cap,noise_zone,people';
const model = await modelOf({
  'district.yaml': `id: wide
name: { zh: 大县, en: Wide County }
zone: Asia/Shanghai
demo: true
townships: [${towns.map(named).join(', ')}]
police-stations: [{ id: station, name: { zh: 派出所, en: Station }, township: town-0 }]
`,
  'sites/sites.csv': `${[head, ...sites].join('\n')}\n`,
  'sites/devices.csv': 'id,profile,place,sign_columns,sign_rows,charset\n',
  'sites/routes.csv': undefined,
  'sites/route-stops.csv': undefined,
  'sites/fleets.csv': undefined,
  'campaigns/morning.yaml': undefined,
  'campaigns/arrival.yaml': undefined,
});
const all = [...model.places.keys()].sort();

function throughCap(places: readonly string[], everywhere = false) {
  const area = areasOf({ everywhere, places }, model, (some) => some.filter((place) => all.includes(place)));
  const info = (language: string) => ({
    language,
    category: ['Security' as const],
    event: '诈骗',
    urgency: 'Immediate' as const,
    severity: 'Severe' as const,
    certainty: 'Likely' as const,
    area,
  });
  const xml = writeCap(
    {
      identifier: 'wide',
      sender: 'wide@xiaolaba',
      sent: 0,
      status: 'Actual',
      msgType: 'Alert',
      scope: 'Public',
      references: [],
      info: ['zh-CN', 'zh-HK', 'zh-hak'].map(info),
    },
    model.zone,
  );
  const bytes = Buffer.from(xml);
  expect(bytes.length).toBeLessThan(capLimits.maxBytes);
  const read = readCap(bytes).info[0]?.area ?? [];
  return { codes: read.flatMap(({ geocode }) => geocode.map(({ valueName }) => valueName)), ...placesIn(read, model) };
}

it('names the district, or whole townships, instead of thousands of places', () => {
  expect(all).toHaveLength(3000);
  expect(throughCap(all, true)).toEqual({ codes: ['xiaolaba:district'], places: all, everywhere: true });
  const chosen = throughCap(all);
  expect(chosen.codes).toEqual(towns.map(() => 'xiaolaba:township'));
  expect(chosen.places).toEqual(all);
});

it('names the places of a township from which some are left out', () => {
  const most = all.filter((place) => place !== 'site/wide-0');
  const { codes, places } = throughCap(most);
  expect(places).toEqual(most);
  expect(codes.filter((code) => code === 'xiaolaba:township')).toHaveLength(5);
  expect(codes.filter((code) => code === 'xiaolaba:place')).toHaveLength(499);
});
