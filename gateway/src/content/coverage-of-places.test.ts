import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallContent } from '../testing/small-content.js';
import { audiencePlaces } from './audience-places.js';
import { type Content, dialectGaps, loadContent } from './index.js';

let demo: Content;
beforeAll(async () => {
  const { content } = await loadContent(fileURLToPath(new URL('../../../playlists', import.meta.url)));
  if (!content) throw new Error('the demo district cannot be read');
  demo = content;
});

const signCampaign = (text: string) => `id: shown
title: { zh: 字, en: Text }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [bus-screen], kinds: [route] }
items: [{ id: item-1, title: { zh: 甲, en: A }, text: ${JSON.stringify(text)} }]
cues:
  - { id: cue-1, items: [item-1], output: text, windows: [{ days: every-day, from: "08:00", to: "09:00" }], continuous: true, priority: 5 }
`;

describe('what reaches a place', () => {
  it('is some campaign, at every place of the demo district', () => {
    const reached = new Set(
      demo.campaigns.flatMap(({ audience: { policeStations, ...audience } }) =>
        audiencePlaces({ ...audience, 'police-stations': policeStations }, demo).map(({ place }) => place),
      ),
    );
    for (const route of demo.routes.filter(({ id }) => reached.has(`route/${id}`)))
      for (const { site } of route.stops) reached.add(`site/${site}`);
    for (const fleet of demo.fleets.filter(({ id }) => reached.has(`fleet/${id}`)))
      for (const id of fleet.parking) reached.add(`site/${id}`);
    expect(demo.sites.filter(({ id }) => !reached.has(`site/${id}`))).toEqual([]);
    expect(demo.routes.filter(({ id }) => !reached.has(`route/${id}`))).toEqual([]);
    expect(demo.fleets.filter(({ id }) => !reached.has(`fleet/${id}`))).toEqual([]);
  });

  it('is spoken Mandarin without Latin letters', () => {
    const spoken = demo.campaigns.flatMap(({ items }) =>
      items.flatMap(({ audio }) => audio.flatMap(({ dialect, text }) => (dialect === 'cmn' && text ? [text] : []))),
    );
    expect(spoken.length).toBeGreaterThan(20);
    for (const text of spoken) expect(text.replace(/\{\w+\}/g, '')).not.toMatch(/\p{Script=Latin}/u);
  });

  it('names the dialects for which Mandarin stands in', async () => {
    const gaps = new Map(dialectGaps(demo).map(({ dialect, campaigns }) => [dialect, campaigns]));
    expect(gaps.get('pcc')).toContain('villages');
    expect(gaps.get('hak')).toContain('weekly-digest');
    expect(gaps.get('yue')).not.toContain('weekly-digest');
    expect(gaps.has('cmn')).toBe(false);

    const directory = await smallContent();
    try {
      const { content } = await loadContent(directory);
      expect(content && dialectGaps(content)).toEqual([
        { dialect: 'hak', campaigns: ['morning'] },
        { dialect: 'yue', campaigns: ['morning'] },
      ]);
      const first = await readFile(join(directory, 'campaigns/morning.yaml'), 'utf8');
      await writeFile(join(directory, 'campaigns/morning.yaml'), `${first}    dialects: first\n`);
      const again = await loadContent(directory);
      expect(again.content && dialectGaps(again.content).map(({ dialect }) => dialect)).toEqual(['hak']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it.each([
    ['反诈专线96110，{police_station}提醒您', []],
    ['别点😀，谨防ұ', ['sign-characters']],
    ['骗'.repeat(600), ['sign-text-long']],
  ])('is a text that its sign can show: %s', async (text, codes) => {
    const directory = await smallContent({ 'campaigns/shown.yaml': signCampaign(text) });
    try {
      const found = (await loadContent(directory)).problems.filter(({ file }) => file === 'campaigns/shown.yaml');
      expect(found.map(({ code, severity, line }) => [code, severity, line])).toEqual(
        codes.map((code) => [code, 'warning', 5]),
      );
      if (codes[0] === 'sign-characters') expect(found[0]?.details['characters']).toBe('😀 ұ');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('is no text at all where the sign is too low', async () => {
    const directory = await smallContent({ 'campaigns/shown.yaml': signCampaign('反诈') });
    try {
      const path = join(directory, 'sites/devices.csv');
      await writeFile(path, (await readFile(path, 'utf8')).replace('128,16', '128,8'));
      expect((await loadContent(directory)).problems.map(({ code }) => code)).toContain('sign-low');
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
