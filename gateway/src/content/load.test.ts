import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import iconv from 'iconv-lite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatProblem, loadContent } from './index.js';

const playlists = fileURLToPath(new URL('../../../playlists/', import.meta.url));
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'content-'));
  await cp(playlists, directory, { recursive: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const read = (file: string): Promise<string> => readFile(join(directory, file), 'utf8');
const write = (file: string, text: string | Uint8Array): Promise<void> => writeFile(join(directory, file), text);

async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
  const before = await read(file);
  const after = before.replace(from, to);
  expect(after, `${file} holds ${from}`).not.toBe(before);
  await write(file, after);
}

const lineWith = async (file: string, text: string): Promise<number> =>
  (await read(file)).split('\n').findIndex((line) => line.includes(text)) + 1;

/** Loads, and makes sure that both languages have a sentence for whatever is found. */
async function problems() {
  const loaded = await loadContent(directory);
  for (const problem of loaded.problems) {
    for (const language of ['zh-CN', 'en'] as const) {
      const line = formatProblem(problem, language);
      expect(line).toContain(problem.file);
      expect(line.endsWith(problem.code)).toBe(false);
      expect(line).not.toMatch(/\{\w+\}/);
    }
  }
  return loaded.problems;
}

const digest = 'campaigns/weekly-digest.yaml';

describe('a directory', () => {
  it('that is missing is one problem', async () => {
    const { content, problems: found } = await loadContent(join(directory, 'nowhere'));
    expect(content).toBeUndefined();
    expect(found.map(({ code }) => code)).toEqual(['directory-missing']);
  });

  it('that is empty names what is missing', async () => {
    const empty = join(directory, 'empty');
    await mkdir(empty);
    const { content, problems: found } = await loadContent(empty);
    expect(content).toBeUndefined();
    expect(found.every(({ code }) => code === 'file-missing')).toBe(true);
    expect(found.map(({ file }) => file)).toEqual(expect.arrayContaining(['district.yaml', 'calendar']));
  });
});

describe('a YAML file', () => {
  const cases: [string, string, string | RegExp, string, string, string?][] = [
    ['broken syntax', digest, 'title: { zh', 'title: { zh: [', 'yaml-syntax'],
    ['a key twice', digest, 'id: weekly-digest', 'id: weekly-digest\nid: other', 'yaml-syntax'],
    ['a field that is missing', digest, /^title: .*$/m, '', 'field-missing', 'title'],
    ['an unknown field', digest, 'priority: 50', 'priority: 50\n    loudness: 3', 'field-unknown'],
    ['a wrong type', digest, 'priority: 50', 'priority: high', 'field-type', 'cues.0.priority'],
    ['a priority of alerts', digest, 'priority: 50', 'priority: 95', 'field-too-large', 'cues.0.priority'],
    ['a bad time', digest, '"07:00"', '"7:00"', 'time-format', 'cues.0.windows.0.from'],
    ['a day that is none', digest, '"2026-01-01"', '"2026-02-30"', 'day-format', 'valid.from'],
    ['a bad duration', digest, 'every: 10m', 'every: 10 minutes', 'duration-format', 'cues.0.every'],
    ['days of no kind', digest, 'workdays', 'workday', 'field-choice', 'cues.0.windows.0.days'],
    ['two kinds of timing', digest, 'every: 10m', 'every: 10m\n    once: true', 'one-timing', 'cues.0.every'],
    ['sound without end', digest, 'every: 10m', 'continuous: true', 'continuous-is-text', 'cues.0.continuous'],
    ['a bad id', digest, 'id: morning', 'id: Morning Rush', 'id-format', 'cues.0.id'],
    ['an unknown kind of site', digest, 'kinds: [estate]', 'kinds: [estates]', 'field-choice', 'audience.kinds.0'],
    [
      'an unknown site',
      digest,
      'kinds: [estate]',
      'sites: [estate-01, estate-99]',
      'reference-unknown',
      'audience.sites.1',
    ],
    ['an unknown route', digest, 'kinds: [estate]', 'routes: [route-9]', 'reference-unknown', 'audience.routes.0'],
    ['an unknown township', digest, 'kinds: [estate]', 'townships: [x-y]', 'reference-unknown', 'audience.townships.0'],
    ['an audience of nobody', digest, 'kinds: [estate]', 'kinds: [fleet]', 'audience-empty', 'audience'],
    ['an unknown item', digest, 'items: [brushing', 'items: [brushings', 'item-unknown', 'cues.0.items.0'],
    ['an item that nothing uses', digest, 'items: [brushing, ', 'items: [', 'item-unused', 'items.0.id'],
    ['a second item of one id', digest, 'id: investment', 'id: brushing', 'id-repeated', 'items.1.id'],
    ['an item without Mandarin', digest, 'dialect: cmn', 'dialect: wuu', 'mandarin-missing', 'cues.0.items.0'],
    ['a dialect of nobody', digest, 'dialect: yue', 'dialect: yeu', 'dialect-unknown', 'items.0.audio.1.dialect'],
    ['a dialect twice', digest, 'dialect: yue', 'dialect: cmn', 'id-repeated', 'items.0.audio.1.dialect'],
    [
      'an unknown placeholder',
      digest,
      '街坊们早上好',
      '街坊们，{station}早上好',
      'field-placeholder',
      'items.0.audio.0.text',
    ],
    ['a cue that shows no text', digest, 'output: audio', 'output: text', 'text-missing', 'cues.0.items.0'],
    ['days in the wrong order', digest, '"2027-12-31"', '"2025-12-31"', 'valid-order', 'valid'],
    ['an interval as long as its window', digest, 'every: 10m', 'every: 2h', 'interval-too-long', 'cues.0.every'],
    ['an interval too short to play', digest, 'every: 10m', 'every: 5s', 'interval-too-short', 'cues.0.every'],
    [
      'a recording that is missing',
      digest,
      '- { dialect: hak }',
      '- { dialect: hak, recording: hakka.mp3 }',
      'recording-missing',
      'items.0.audio.2.recording',
    ],
    [
      'a recording outside the audio directory',
      digest,
      '- { dialect: hak }',
      '- { dialect: hak, recording: ../district.yaml }',
      'recording-outside',
      'items.0.audio.2.recording',
    ],
    ['an unknown time zone', 'district.yaml', 'Asia/Shanghai', 'Asia/Peking', 'zone-unknown', 'zone'],
    [
      'a police station in no township',
      'district.yaml',
      'township: xiguan',
      'township: west-gate',
      'reference-unknown',
      'police-stations.2.township',
    ],
    ['a holiday of another year', 'calendar/2026.yaml', '"2026-01-01", name', '"2027-01-01", name', 'calendar-outside'],
    ['a holiday that is worked', 'calendar/2026.yaml', '- "2026-01-04"', '- "2026-01-02"', 'calendar-conflict'],
    ['calendars that overlap', 'calendar/2026.yaml', 'from: "2026-01-01"', 'from: "2025-12-31"', 'calendar-overlap'],
    ['days without a calendar', 'calendar/2026.yaml', 'from: "2026-01-01"', 'from: "2026-01-02"', 'calendar-gap'],
    [
      'a template field not declared',
      'templates/false-loan.yaml',
      '{method}',
      '{pretext}',
      'field-placeholder',
      'text',
    ],
    ['a template field not used', 'templates/false-loan.yaml', '{method}', '', 'field-unfilled', 'fields.1'],
  ];
  it.each(cases)('tells %s', async (_name, file, from, to, code, field) => {
    await edit(file, from, to);
    const all = await problems();
    const found = all.find((problem) => problem.file === file && problem.code === code);
    expect(found, JSON.stringify(all.slice(0, 5))).toBeDefined();
    expect(found?.line).toBeGreaterThan(0);
    if (field !== undefined) expect(found?.field).toBe(field);
  });

  it('points to the very line', async () => {
    await edit(digest, 'every: 10m', 'every: often');
    const line = await lineWith(digest, 'every: often');
    expect(await problems()).toMatchObject([{ file: digest, line, field: 'cues.0.every', severity: 'error' }]);
  });

  it('warns of windows in the quiet hours of the places themselves', async () => {
    await edit('campaigns/villages.yaml', 'from: "17:30", to: "18:30"', 'from: "21:10", to: "21:50"');
    expect(await problems()).toMatchObject([
      { code: 'window-quiet', severity: 'warning', details: { places: 24, of: 24 } },
    ]);
  });

  it('survives aliases that stand for more aliases', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [to, from] of ['ba', 'cb', 'dc', 'ed'].map((pair) => [...pair] as [string, string]))
      bomb.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(', ')}]`);
    await write(digest, bomb.join('\n'));
    expect((await problems()).map(({ code }) => code)).toEqual(['yaml-syntax']);
  });

  it('may be empty, binary or GBK', async () => {
    await write('campaigns/villages.yaml', '');
    await write('campaigns/squares.yaml', Uint8Array.of(0xff, 0xff, 0x80, 0x00));
    await write(digest, iconv.encode(await read(digest), 'gbk'));
    expect((await problems()).map(({ file, code }) => `${file} ${code}`)).toEqual([
      'campaigns/squares.yaml encoding-unknown',
      'campaigns/villages.yaml field-type',
    ]);
  });
});

describe('a table', () => {
  const cases: [string, string, string | RegExp, string, string, string?][] = [
    ['a missing column', 'sites/sites.csv', ',township,', ',', 'columns-missing'],
    ['a row of another length', 'sites/sites.csv', '锦湖花园,', '锦湖花园,,', 'csv-syntax'],
    ['a column twice', 'sites/sites.csv', 'name_en', 'name_zh', 'columns-repeated'],
    ['an open quote', 'sites/sites.csv', '锦湖花园', '"锦湖花园', 'csv-syntax'],
    ['an empty cell', 'sites/sites.csv', '锦湖花园', '', 'field-missing', 'name_zh'],
    ['an id twice', 'sites/sites.csv', 'estate-02,', 'estate-01,', 'id-repeated', 'id'],
    ['an unknown kind', 'sites/sites.csv', ',estate,', ',house,', 'field-choice', 'kind'],
    ['an unknown township', 'sites/sites.csv', ',xiguan,xiguan,', ',x-y,xiguan,', 'reference-unknown', 'township'],
    ['an unknown station', 'sites/sites.csv', ',xiguan,xiguan,', ',xiguan,x-y,', 'reference-unknown', 'police_station'],
    ['another township', 'sites/sites.csv', ',xiguan,xiguan,', ',nanan,xiguan,', 'township-differs', 'township'],
    ['swapped coordinates', 'sites/sites.csv', /,115\.\d+,23\.\d+,/, ',23.4,115.1,', 'position-outside', 'latitude'],
    ['no coordinates', 'sites/sites.csv', /,115\.\d+,23\.\d+,/, ',0,0,', 'position-empty', 'longitude'],
    ['words for a number', 'sites/sites.csv', /,115\.\d+,/, ',115°E,', 'number-format', 'longitude'],
    ['bad quiet hours', 'sites/sites.csv', '22:00-06:00', '22-6', 'time-format', 'quiet_hours'],
    ['a bad dialect', 'sites/sites.csv', ',hak cmn yue,', ',客家话,', 'dialect-format', 'dialects.0'],
    ['an unknown stop', 'sites/route-stops.csv', 'stop-001', 'stop-999', 'reference-unknown', 'stop'],
    ['an estate for a stop', 'sites/route-stops.csv', 'stop-001', 'estate-01', 'reference-unknown', 'stop'],
    ['an unknown route', 'sites/route-stops.csv', 'route-1,', 'route-77,', 'reference-unknown', 'route'],
    ['minutes that fall', 'sites/route-stops.csv', /stop-002,\d+/, 'stop-002,0', 'route-order', 'minutes'],
    ['a bad departure', 'sites/routes.csv', '06:00', '6:00', 'time-format', 'first'],
    ['an unknown parking point', 'sites/fleets.csv', 'parking-01', 'parking-99', 'reference-unknown', 'parking'],
    ['an unknown place', 'sites/devices.csv', 'site/estate-01', 'site/estate-99', 'reference-unknown', 'place'],
    ['a lock on a wall', 'sites/devices.csv', 'loudspeaker', 'bike-lock', 'device-place', 'place'],
    ['a sign without size', 'sites/devices.csv', /,128,16,gb2312/, ',,,', 'sign-size-missing', 'sign_columns'],
  ];
  it.each(cases)('tells %s', async (_name, file, from, to, code, field) => {
    await edit(file, from, to);
    const all = await problems();
    const found = all.find((problem) => problem.file === file && problem.code === code);
    expect(found, JSON.stringify(all.slice(0, 5))).toBeDefined();
    expect(found?.line).toBeGreaterThan(0);
    if (field !== undefined) expect(found?.field).toBe(field);
  });

  it('that is broken is told once, not at every mention', async () => {
    await edit('sites/sites.csv', ',township,', ',');
    expect((await problems()).map(({ file, code }) => `${file} ${code}`)).toEqual(['sites/sites.csv columns-missing']);
  });

  it('tells a column that nobody knows', async () => {
    const rows = (await read('sites/routes.csv')).trim().split('\n');
    await write('sites/routes.csv', rows.map((row, index) => `${row},${index ? 'x' : 'remark'}`).join('\n'));
    expect(await problems()).toMatchObject([{ code: 'columns-unknown', line: 1, details: { names: 'remark' } }]);
  });

  it('tells a stop that no route serves', async () => {
    await edit('sites/route-stops.csv', /^route-101,\d+,stop-046,.*\n/m, '');
    const [found] = await problems();
    expect(found).toMatchObject({ code: 'stop-not-served', severity: 'warning', details: { id: 'stop-046' } });
  });

  it('tells a route without stops', async () => {
    await edit('sites/routes.csv', 'route-1,', 'route-1b,');
    expect((await problems()).map(({ code }) => code)).toContain('route-stops-missing');
  });

  it('is neither UTF-8 nor GBK', async () => {
    await write('sites/fleets.csv', Uint8Array.of(0xff, 0xfe, 0x00, 0x80, 0xff));
    expect(await problems()).toContainEqual(
      expect.objectContaining({ file: 'sites/fleets.csv', code: 'encoding-unknown' }),
    );
  });

  it('is empty', async () => {
    await write('sites/fleets.csv', '');
    expect((await problems()).find(({ file }) => file === 'sites/fleets.csv')?.code).toBe('csv-empty');
  });

  it.each([
    ['GBK', (text: string) => iconv.encode(text, 'gbk')],
    ['UTF-8 without a byte order mark', (text: string) => Buffer.from(text)],
    ['Windows line ends', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ])('is simply read as %s', async (_name, encode) => {
    const { content: before } = await loadContent(playlists);
    for (const name of ['sites', 'routes', 'route-stops', 'fleets', 'devices'])
      await write(`sites/${name}.csv`, encode((await read(`sites/${name}.csv`)).replace(/^\uFEFF/, '')));
    const { content, problems: found } = await loadContent(directory);
    expect(found).toEqual([]);
    expect(content).toEqual({ ...before, media: { audio: join(directory, 'audio'), video: join(directory, 'video') } });
  });

  it('may have Chinese headers', async () => {
    await edit(
      'sites/sites.csv',
      /^.*\n/,
      '编号,类型,名称,英文名称,乡镇,派出所,经度,纬度,方言,静音时段,音量上限,声环境功能区,人数\n',
    );
    expect(await problems()).toEqual([]);
  });
});
