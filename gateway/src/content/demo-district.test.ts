import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { distanceMetres, isHoliday, isWorkday } from '@xiaolaba/protocol';
import chineseDays from 'chinese-days';
import iconv from 'iconv-lite';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Content, type ContentProblem, callsAt, departures, jsonSchemas, loadContent } from './index.js';

const playlists = fileURLToPath(new URL('../../../playlists/', import.meta.url));
let content: Content;
let problems: readonly ContentProblem[];

beforeAll(async () => {
  const loaded = await loadContent(playlists);
  problems = loaded.problems;
  if (!loaded.content) throw new Error(JSON.stringify(problems));
  content = loaded.content;
});

const count = <T>(list: readonly T[], of: (entry: T) => string): Record<string, number> =>
  list.reduce<Record<string, number>>((sums, entry) => {
    sums[of(entry)] = (sums[of(entry)] ?? 0) + 1;
    return sums;
  }, {});
const audioCues = () => content.campaigns.flatMap((campaign) => campaign.cues);
const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

describe('the demo district', () => {
  it('has no problem and is labelled as a demo', () => {
    expect(problems).toEqual([]);
    expect(content.district.demo).toBe(true);
  });

  it('has the places and devices of a county', () => {
    expect(count(content.sites, ({ kind }) => kind)).toEqual({
      estate: 66,
      stop: 110,
      village: 24,
      booth: 3,
      parking: 65,
      square: 2,
    });
    expect(content.district.townships).toHaveLength(9);
    expect(content.devices).toHaveLength(750);
    const places = count(content.devices, ({ profile, place }) => `${profile} ${place.split('/')[0]}`);
    expect(places).toMatchObject({ 'bus-screen route': 50, 'bus-screen site': 34, 'bike-lock fleet': 500 });
    expect(content.fleets).toHaveLength(5);
    expect(content.fleets.flatMap(({ parking }) => parking).sort()).toEqual(
      content.sites.flatMap(({ id, kind }) => (kind === 'parking' ? [id] : [])).sort(),
    );
    for (const station of content.district.policeStations)
      expect(content.district.townships.map(({ id }) => id)).toContain(station.township);
    expect(new Set(content.sites.map(({ township }) => township)).size).toBe(9);
  });

  it('lets nobody share a place, and spaces stops as a bus does', () => {
    const at = new Map(content.sites.map((site) => [site.id, site.position]));
    expect(new Set([...at.values()].map(String)).size).toBe(content.sites.length);
    for (const route of content.routes) {
      const positions = route.stops.flatMap(({ site }) => at.get(site) ?? []);
      expect(positions.length).toBe(route.stops.length * 2);
      for (let index = 1; index < route.stops.length; index++) {
        const [a, b] = [at.get(route.stops[index - 1]?.site ?? ''), at.get(route.stops[index]?.site ?? '')];
        const metres = a && b ? distanceMetres(a, b) : 0;
        expect(metres, `${route.id} ${index}`).toBeGreaterThan(390);
        expect(metres, `${route.id} ${index}`).toBeLessThan(2550);
      }
    }
  });

  it('has a bus call at every stop in every window in which arrivals are announced', () => {
    const windows = audioCues().flatMap(({ timing }) =>
      timing.kind === 'triggered' && timing.on === 'stop-arrival' ? timing.windows : [],
    );
    expect(windows).toHaveLength(4);
    for (const stop of content.sites.filter(({ kind }) => kind === 'stop')) {
      for (const { from, to } of windows) {
        const calls = content.routes.map((route) => callsAt(route, stop.id, minutes(from), minutes(to)));
        expect(Math.max(...calls), `${stop.id} ${from}`).toBeGreaterThan(0);
      }
    }
  });

  it('has buses enough for its timetable', () => {
    const buses = count(content.devices, ({ place }) => place);
    for (const route of content.routes) {
      const round = 2 * (route.stops.at(-1)?.minutes ?? 0);
      expect(buses[`route/${route.id}`] ?? 0, route.id).toBeGreaterThanOrEqual(Math.ceil(round / route.headwayMinutes));
      expect(departures(route, 0, 1440).length).toBeGreaterThan(40);
    }
  });

  it('speaks Mandarin wherever it speaks', () => {
    for (const campaign of content.campaigns) {
      const spoken = new Set(campaign.cues.flatMap(({ output, items }) => (output === 'audio' ? items : [])));
      for (const item of campaign.items.filter(({ id }) => spoken.has(id))) {
        const text = item.audio.find(({ dialect }) => dialect === 'cmn')?.text ?? '';
        expect(text.length, `${campaign.id}/${item.id}`).toBeGreaterThan(10);
        expect(text.length, `${campaign.id}/${item.id}`).toBeLessThan(110);
      }
    }
  });

  it('shows on signs only what GB2312 holds', () => {
    const signed = content.campaigns.filter(({ audience }) => audience.profiles.includes('booth-sign'));
    const texts = signed.flatMap(({ items }) => items.flatMap(({ text }) => (text ? [text] : [])));
    const names = content.district.policeStations.map(({ name }) => name.zh);
    expect(texts.length).toBeGreaterThan(4);
    for (const text of [...texts, ...names, ...(content.templates ?? []).map((template) => template.text)]) {
      for (const character of text) {
        const [lead = 0, trail] = iconv.encode(character, 'gbk');
        const held = trail === undefined ? lead < 0x80 && lead !== 0x3f : lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1;
        expect(held, `${character} in ${text}`).toBe(true);
      }
    }
  });

  it('covers the ten common fraud types with templates', () => {
    expect(new Set(content.templates?.map(({ type }) => type)).size).toBe(10);
  });
});

describe('the calendar', () => {
  it.each([2025, 2026])('has the published holidays and make-up workdays of %i', (year) => {
    for (let day = new Date(`${year}-01-01T00:00:00Z`); day.getUTCFullYear() === year; day = new Date(+day + 864e5)) {
      const name = day.toISOString().slice(0, 10);
      const published = chineseDays.getDayDetail(name);
      expect(isWorkday(content.calendar, name), name).toBe(published.work);
      if (isHoliday(content.calendar, name)) expect(published.work, name).toBe(false);
    }
    expect(content.calendar.holidays.filter(({ day }) => day.startsWith(String(year))).length).toBeGreaterThan(20);
  });
});

describe('the JSON Schemas', () => {
  it('say what the loader checks', async () => {
    const schemas = jsonSchemas();
    expect((await readdir(`${playlists}schemas`)).sort()).toEqual([...schemas.keys()].sort());
    for (const [name, text] of schemas)
      expect(JSON.parse(await readFile(`${playlists}schemas/${name}`, 'utf8')), name).toEqual(JSON.parse(text));
  });

  it('are named in the first line of every YAML file', async () => {
    for (const [folder, schema] of [
      ['.', 'district'],
      ['calendar', 'calendar'],
      ['campaigns', 'campaign'],
      ['templates', 'template'],
    ] as const) {
      for (const name of (await readdir(playlists + folder)).filter((found) => found.endsWith('.yaml'))) {
        const [line] = (await readFile(`${playlists}${folder}/${name}`, 'utf8')).split('\n');
        expect(line, name).toMatch(
          new RegExp(`^# yaml-language-server: \\$schema=.*schemas/${schema}\\.schema\\.json$`),
        );
      }
    }
  });
});
