import { fileURLToPath } from 'node:url';
import { distanceMetres, type Position } from '@xiaolaba/protocol';
import gcoordModule from 'gcoord';
import { describe, expect, it } from 'vitest';
import { importSites, loadContent, type Site, writeSites } from './index.js';

const gcoord = gcoordModule as unknown as (typeof gcoordModule)['default'];
const playlists = fileURLToPath(new URL('../../../playlists/', import.meta.url));
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function demoSites(): Promise<readonly Site[]> {
  const { content } = await loadContent(playlists);
  return content?.sites ?? [];
}

describe('a table of sites', () => {
  it('comes back as it was written', async () => {
    const sites = await demoSites();
    expect(sites).toHaveLength(270);
    const { sites: again, problems } = importSites(bytesOf(writeSites(sites)), 'WGS84', 'sites.csv');
    expect(problems).toEqual([]);
    expect(again).toEqual(sites);
  });

  it('keeps names that a spreadsheet would take for a formula, and western longitudes', async () => {
    const [site] = await demoSites();
    if (!site) throw new Error('no site');
    const odd: Site = { ...site, name: { zh: '=1+1', en: '@home, "quoted"' }, position: [-71.5, -12.25] };
    const text = writeSites([odd]);
    expect(text).toContain("'=1+1");
    expect(importSites(bytesOf(text), 'WGS84', 'sites.csv').sites).toEqual([odd]);
  });

  it.each(['GCJ02', 'BD09'] as const)('is converted from %s to within a metre', async (system) => {
    const sites = await demoSites();
    const shifted = sites.map((site): Site => {
      const [x, y] = gcoord.transform([site.position[0], site.position[1]], gcoord.WGS84, gcoord[system]);
      return { ...site, position: [x, y] as Position };
    });
    const { sites: back, problems } = importSites(bytesOf(writeSites(shifted)), system, 'sites.csv');
    expect(problems).toEqual([]);
    for (const [index, site] of sites.entries()) {
      const there = shifted[index]?.position ?? site.position;
      expect(distanceMetres(site.position, there)).toBeGreaterThan(100);
      expect(distanceMetres(site.position, back[index]?.position ?? [0, 0])).toBeLessThan(1);
    }
  });

  it('lets a row name its own reference system', () => {
    const head =
      'id,kind,name_zh,name_en,township,police_station,longitude,latitude,dialects,quiet_hours,volume_cap,noise_zone,people,crs';
    const row = (id: string, crs: string) => `${id},estate,甲,A,t1,p1,115.1042,23.4217,cmn,22:00-06:00,80,2,0,${crs}`;
    const { sites } = importSites(bytesOf([head, row('s1', ''), row('s2', 'GCJ02')].join('\n')), 'WGS84', 'x.csv');
    const [plain, converted] = sites.map(({ position }) => position);
    expect(plain).toEqual([115.1042, 23.4217]);
    expect(distanceMetres(plain ?? [0, 0], converted ?? [0, 0])).toBeGreaterThan(100);
  });
});
