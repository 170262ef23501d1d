import { readFileSync } from 'node:fs';
import type { DistrictView, SiteView } from '@xiaolaba/gateway/contract';

const folder = new URL('../../../playlists/sites/', import.meta.url);

/** The demo files hold no quoted fields, so a plain split reads them. */
const rows = (file: string): Record<string, string>[] => {
  const [head = '', ...lines] = readFileSync(new URL(file, folder), 'utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
};

const areaNames: Record<string, { zh: string; en: string }> = {
  xiguan: { zh: '西关街道', en: 'Xiguan' },
  dongmen: { zh: '东门街道', en: 'Dongmen' },
  nanan: { zh: '南岸街道', en: "Nan'an" },
  beiling: { zh: '北岭镇', en: 'Beiling' },
  shibei: { zh: '石背镇', en: 'Shibei' },
  liutang: { zh: '柳塘镇', en: 'Liutang' },
  dongkeng: { zh: '东坑镇', en: 'Dongkeng' },
  shaxi: { zh: '沙溪镇', en: 'Shaxi' },
  huangping: { zh: '黄坪乡', en: 'Huangping' },
  chayuan: { zh: '茶园乡', en: 'Chayuan' },
  daling: { zh: '大岭乡', en: 'Daling' },
  zhanqian: { zh: '站前', en: 'Zhanqian' },
  donghu: { zh: '东湖', en: 'Donghu' },
};
const areaName = (id: string): { zh: string; en: string } => areaNames[id] ?? { zh: id, en: id };
const stationName = (id: string): { zh: string; en: string } => {
  const { zh, en } = areaName(id);
  return { zh: `${zh.replace(/(街道|镇|乡)$/, '')}派出所`, en: `${en} police station` };
};

/** The district of the playlists, as the gateway would answer it. */
export const readDistrict = (): DistrictView => {
  const sites = rows('sites.csv').map((row) => ({
    id: row.id ?? '',
    name: { zh: row.name_zh ?? '', en: row.name_en ?? '' },
    kind: row.kind as SiteView['kind'],
    township: row.township ?? '',
    policeStation: row.police_station ?? '',
    position: [Number(row.longitude), Number(row.latitude)] as [number, number],
    dialects: (row.dialects ?? '').split(' '),
    people: Number(row.people),
  }));
  const calls = rows('route-stops.csv');
  return {
    id: 'demo',
    name: { zh: '示范县', en: 'Demo County' },
    zone: 'Asia/Shanghai',
    demo: true,
    townships: [...new Set(sites.map((site) => site.township))].map((id) => ({ id, name: areaName(id) })),
    policeStations: [...new Map(sites.map((site) => [site.policeStation, site.township]))].map(([id, township]) => ({
      id,
      township,
      name: stationName(id),
    })),
    sites,
    routes: rows('routes.csv').map((row) => ({
      id: row.id ?? '',
      name: { zh: row.name_zh ?? '', en: row.name_en ?? '' },
      stops: calls.filter((call) => call.route === row.id).map((call) => call.stop ?? ''),
    })),
    fleets: rows('fleets.csv').map((row) => ({
      id: row.id ?? '',
      name: { zh: row.name_zh ?? '', en: row.name_en ?? '' },
    })),
    campaigns: [
      { id: 'weekly-digest', title: { zh: '本周高发骗局', en: "This week's frequent scams" } },
      { id: 'bus-jingle', title: { zh: '公交顺口溜', en: 'Jingles on buses' } },
      { id: 'bike-unlock', title: { zh: '开锁提醒', en: 'Reminder on unlocking' } },
      { id: 'booth-ticker', title: { zh: '宣传亭滚动字幕', en: 'Ticker of the booths' } },
      { id: 'village-noon', title: { zh: '乡村小喇叭', en: 'Village loudspeakers' } },
      { id: 'square-evening', title: { zh: '广场晚间播报', en: 'Evening at the squares' } },
    ],
  };
};
