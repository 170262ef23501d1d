import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DraftLook, draftLookSchema } from '../api/editor-contract.js';
import { day, TestGateway } from '../testing/open-gateway.js';

const document = {
  id: 'evening',
  title: { zh: '傍晚提醒', en: 'Evening' },
  valid: { from: '2026-09-28', to: '2026-10-11' },
  audience: { profiles: ['loudspeaker', 'booth-sign'], kinds: ['estate'] },
  items: [
    {
      id: 'one',
      title: { zh: '刷单', en: 'Brushing' },
      text: '{police_station}提醒您：刷单㙓是骗',
      audio: [{ dialect: 'cmn', text: '不听不信不转账一二三四五' }],
    },
  ],
  cues: [
    {
      id: 'shown',
      items: ['one'],
      output: 'text',
      windows: [{ days: 'every-day', from: '07:00', to: '20:00' }],
      continuous: true,
      priority: 30,
    },
  ],
};

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.open({
    changes: {
      'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
sign-1,booth-sign,site/estate-1,128,16,gb2312
sign-2,booth-sign,site/estate-1,128,16,gb2312
sign-3,booth-sign,site/estate-2,64,16,gbk
speaker-1,loudspeaker,site/estate-1,,,
`,
      'campaigns/morning.yaml': undefined,
      'campaigns/arrival.yaml': undefined,
      'campaigns/evening.yaml': JSON.stringify(document),
    },
  });
  expect((await gateway.import()).status).toBe(200);
});
afterAll(() => gateway?.close());

const look = async (body: unknown, id = 'evening'): Promise<DraftLook> => {
  const answer = await gateway.admin('POST', `/api/drafts/${id}/look`, body);
  expect(answer.status).toBe(200);
  return draftLookSchema.parse(answer.body);
};

it('says whom a document reaches and how its texts look there', async () => {
  const { reach, items, problems, days } = await look(document);
  expect(reach?.places).toEqual(['site/estate-1', 'site/estate-2']);
  expect(reach?.people).toBe(1500);
  expect(reach?.devices).toEqual([
    { profile: 'loudspeaker', devices: 1 },
    { profile: 'booth-sign', devices: 3 },
  ]);
  expect(reach?.dialects.map(({ dialect, places }) => [dialect, places])).toEqual([
    ['cmn', 2],
    ['yue', 1],
    ['hak', 1],
  ]);
  expect(reach?.signs).toEqual([
    { columns: 128, rows: 16, charset: 'gb2312', signs: 2 },
    { columns: 64, rows: 16, charset: 'gbk', signs: 1 },
  ]);
  const [one] = items;
  expect(one?.display).toBe('城关派出所提醒您：刷单㙓是骗');
  expect(one?.signs[0]).toMatchObject({ missing: ['㙓'], fitsStill: false });
  expect(one?.spoken).toEqual([{ dialect: 'cmn', words: '不听不信不转账一二三四五', seconds: 3 }]);
  expect(problems.map(({ code, field }) => [code, field])).toContainEqual(['sign-characters', 'items.0.text']);
  expect(days).toMatchObject({ days: 14, holidays: [{ name: '国庆节', from: '2026-10-01', days: 1 }] });
  expect(days?.workdays).toBe(10);
});

it('tells of an unfinished document what it can, and names every field that is wrong', async () => {
  const { problems, reach, items, days, file } = await look({
    ...document,
    title: { zh: '', en: 'Evening' },
    valid: { from: '2026-12-01', to: '2026-11-01' },
    items: [{ id: 'one', text: 7 }],
    extra: 1,
  });
  expect(problems.every(({ severity }) => severity === 'error')).toBe(true);
  expect(problems.map(({ field }) => field)).toEqual(expect.arrayContaining(['title.zh', 'items.0.title']));
  expect(reach?.people).toBe(1500);
  expect(items).toEqual([{ item: 'one', signs: [], spoken: [] }]);
  expect(days).toBeUndefined();
  expect(file).toContain('extra: 1');
  expect(await look(null)).toMatchObject({ items: [] });
  expect((await look([])).reach).toBeUndefined();
});

it('holds a case warning against what may not be told of it', async () => {
  const id = `bulletin-${day}-estate-1-1`;
  const items = document.items.map((item) => ({ ...item, text: '联系人13812345678' }));
  const { problems } = await look({ ...document, id, items }, id);
  expect(problems.some(({ field, severity }) => field === 'items.0.text' && severity === 'error')).toBe(true);
});

it.each([
  '/api/drafts/evening/look',
  '/api/schedule/check',
  '/api/schedule/predict',
  '/api/bulletins/preview',
  '/api/alerts/preview',
  '/api/items/preview',
])('leaves nothing in the audit log of what only looks: %s', async (path) => {
  const entries = async () => JSON.stringify((await gateway.admin('GET', '/api/audit')).body);
  const before = await entries();
  const answers = [
    await gateway.admin('POST', path, document),
    await gateway.admin('POST', path, { campaign: document }),
  ];
  expect(answers.map(({ status }) => status)).not.toContain(404);
  expect(await entries()).toBe(before);
});

it('writes the file as an export does', async () => {
  const { files } = await gateway
    .admin('GET', '/api/export')
    .then(({ body }) => body as { files: { path: string; text: string }[] });
  const written = files.find(({ path }) => path === 'campaigns/evening.yaml')?.text;
  expect((await look(document)).file).toBe(written);
});
