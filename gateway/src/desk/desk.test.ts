import { cp, mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CampaignView } from '../api/contract.js';
import {
  type BulletinBatch,
  type BulletinPreview,
  bulletinBatchSchema,
  bulletinFormSchema,
  bulletinPreviewSchema,
  draftSchema,
  draftSummarySchema,
  exportSchema,
  type PlanView,
  planSchema,
  savedDraftSchema,
} from '../api/desk-contract.js';
import { applyCommand } from '../commands/apply.js';
import { bulletinCommand } from '../commands/bulletin.js';
import { exportCommand } from '../commands/export.js';
import { planCommand } from '../commands/plan.js';
import { type Answer, at, day, TestGateway } from '../testing/open-gateway.js';

const signs = {
  'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
sign-1,booth-sign,site/estate-1,128,16,gb2312
speaker-1,loudspeaker,site/estate-1,,,
sign-2,booth-sign,site/estate-2,64,16,gbk
bus-1,bus-screen,route/route-1,128,16,gbk
bike-1,bike-lock,fleet/fleet-1,,,
`,
  'campaigns/morning.yaml': undefined,
  'campaigns/arrival.yaml': undefined,
  'campaigns/ticker.yaml': `id: ticker
title: { zh: 滚动字幕, en: Ticker }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [booth-sign], kinds: [estate] }
items: [{ id: line, title: { zh: 一, en: One }, text: 不听不信不转账 }]
cues:
  - id: all-day
    items: [line]
    output: text
    windows: [{ days: every-day, from: "07:00", to: "20:00" }]
    continuous: true
    priority: 20
`,
  'templates/order-brushing.yaml': `id: order-brushing
title: { zh: 刷单返利, en: Order brushing }
type: 刷单返利
text: "本小区一居民{date}在{method}被骗{amount}元。{police_station}提醒您："
fields:
  - { id: date, label: { zh: 日期, en: Date }, kind: date }
  - { id: method, label: { zh: 手法, en: How }, kind: text }
  - { id: amount, label: { zh: 金额, en: Amount }, kind: money }
advice: 网上要您先垫钱的任务一律不做。反诈专线96110。
`,
};
const ticker = (id: string, text: string, more: object = {}) => ({
  id,
  title: { zh: '编辑台稿', en: 'Of the desk' },
  valid: { from: '2026-11-01', to: '2026-12-31' },
  audience: { profiles: ['booth-sign'], kinds: ['estate'] },
  items: [{ id: 'line', title: { zh: '一', en: 'One' }, text }],
  cues: [
    {
      id: 'all-day',
      items: ['line'],
      output: 'text',
      windows: [{ days: 'every-day', from: '07:00', to: '20:00' }],
      continuous: true,
      priority: 20,
    },
  ],
  ...more,
});
const bulletin = (more: object = {}, fields: object = {}) => ({
  template: 'order-brushing',
  estate: 'estate-1',
  fields: { date: '2026-11-19', amount: '28650', method: '刷单群', ...fields },
  ...more,
});

let gateway: TestGateway;
const folders: string[] = [];
beforeAll(async () => {
  gateway = await TestGateway.open({ changes: signs, begin: at('06:00') });
  expect((await gateway.import()).status).toBe(200);
});
afterAll(async () => {
  await gateway?.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const admin = (method: string, path: string, body?: unknown, version?: number): Promise<Answer> =>
  gateway.call(method, path, body, {
    authorization: `Bearer ${gateway.gateway.token}`,
    ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
  });
const codeOf = ({ body }: Answer): string => (body as { code: string }).code;
const problemCodes = ({ body }: Answer): [string, string | undefined][] => {
  const { details, problems } = body as { details?: { problems?: Problem[] }; problems?: Problem[] };
  return (problems ?? details?.problems ?? []).map(({ code, field }) => [code, field]);
};
interface Problem {
  readonly code: string;
  readonly field?: string;
}
const stateOf = async (id: string) => draftSchema.parse((await admin('GET', `/api/drafts/${id}`)).body).state;
const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'xiaolaba-desk-'));
  folders.push(path);
  return path;
};
async function run(command: CommandSpec, ...args: string[]) {
  let out = '';
  let err = '';
  const io: CommandIo = {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    language: 'en',
    signal: new AbortController().signal,
  };
  const there = ['--gateway', gateway.gateway.url, '--data', gateway.data];
  const code = await command.run([...args, ...there], io).catch((error: { code: string }) => error.code);
  return { code, out, err };
}
const candidates = async (id: string) =>
  (await gateway.get<CampaignView[]>('/api/campaigns')).find((one) => one.id === id)?.candidates ?? [];

describe('a draft of the desk', () => {
  it('is checked as its file would be, every problem with its field, and saved', async () => {
    const bad = await admin('PUT', '/api/drafts/wrong', {
      ...ticker('wrong', '一'),
      audience: { profiles: ['radio'] },
      extra: 1,
    });
    expect(bad.status).toBe(422);
    expect(problemCodes(bad)).toEqual([
      ['field-choice', 'audience.profiles.0'],
      ['field-unknown', '(root)'],
    ]);
    expect(problemCodes(await admin('PUT', '/api/drafts/other-id', ticker('wrong', '一')))).toEqual([
      ['id-differs', 'id'],
    ]);
    const half = await admin('PUT', '/api/drafts/wrong', ticker('wrong', '\ud83d'));
    expect(problemCodes(half)).toEqual([['text-malformed', undefined]]);
    expect((await admin('PUT', '/api/drafts/wrong', ticker('wrong', '长'.repeat(100_000)))).status).toBe(422);

    const unknown = ticker('desk-1', '一', { audience: { profiles: ['booth-sign'], sites: ['nowhere'] } });
    const saved = await admin('PUT', '/api/drafts/desk-1', unknown);
    expect(saved.status).toBe(200);
    expect(savedDraftSchema.parse(saved.body)).toMatchObject({
      draft: { source: 'desk', state: 'draft', version: 1, author: 'machine' },
      problems: [
        { code: 'reference-unknown', severity: 'error', field: 'audience.sites.0' },
        { code: 'audience-empty' },
      ],
    });
    expect(problemCodes(await admin('POST', '/api/drafts/desk-1/submit'))).toContainEqual([
      'reference-unknown',
      'audience.sites.0',
    ]);
    expect(await stateOf('desk-1')).toBe('draft');
  });

  it('tells what changed when two write at once, and keeps every version', async () => {
    expect((await admin('PUT', '/api/drafts/desk-1', ticker('desk-1', '二'), 1)).status).toBe(200);
    const late = await admin('PUT', '/api/drafts/desk-1', ticker('desk-1', '三'), 1);
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({
      code: 'draft-changed',
      details: { version: 2, author: 'machine', changed: ['audience.sites', 'audience.kinds', 'items.line.text'] },
    });
    expect(codeOf(await admin('PUT', '/api/drafts/desk-1', ticker('desk-1', '三')))).toBe('draft-changed');
    expect((await admin('PUT', '/api/drafts/desk-1', ticker('desk-1', '二'), 2)).headers.get('etag')).toBe('"2"');
    const { body } = await admin('GET', '/api/drafts/desk-1/versions');
    expect((body as { version: number }[]).map(({ version }) => version)).toEqual([2, 1]);
    expect(body).toMatchObject([
      { changes: expect.arrayContaining([{ field: 'items.line.text', from: '一', to: '二' }]) },
      {},
    ]);
    expect((body as object[])[1]).not.toHaveProperty('changes');
  });

  it('goes the way to the air; an edit takes what waits away, and leaves what is on air', async () => {
    expect((await admin('POST', '/api/drafts/desk-1/submit', undefined, 1)).status).toBe(409);
    expect((await admin('POST', '/api/drafts/desk-1/submit', undefined, 2)).status).toBe(200);
    expect(await stateOf('desk-1')).toBe('submitted');
    const [first] = await candidates('desk-1');
    const envelope = await gateway.envelopeOf(first?.sha256 ?? '');
    expect((await admin('PUT', '/api/drafts/desk-1', ticker('desk-1', '四'), 2)).status).toBe(200);
    expect(await stateOf('desk-1')).toBe('draft');
    expect(codeOf(await admin('POST', '/api/releases', envelope))).toBe('candidate-unknown');
    expect((await admin('POST', '/api/drafts/desk-1/submit')).status).toBe(200);
    await gateway.approve('desk-1');
    expect(await stateOf('desk-1')).toBe('released');
    expect(codeOf(await admin('DELETE', '/api/drafts/desk-1'))).toBe('draft-in-use');
    expect((await admin('PUT', '/api/drafts/desk-1', ticker('desk-1', '五'), 3)).status).toBe(200);
    const view = (await gateway.get<CampaignView[]>('/api/campaigns')).find(({ id }) => id === 'desk-1');
    expect(view).toMatchObject({ releases: [{ revision: 2 }], candidates: [] });
  });

  it('is sent back with a reason, submitted again, and withdrawn', async () => {
    await admin('POST', '/api/drafts/desk-1/submit');
    expect((await admin('POST', '/api/drafts/desk-1/reject', { reason: ' ' })).status).toBe(400);
    const back = await admin('POST', '/api/drafts/desk-1/reject', { reason: '太长' });
    expect(back.body).toMatchObject({ state: 'rejected', reason: '太长' });
    expect(codeOf(await admin('POST', '/api/drafts/desk-1/reject', { reason: '再说' }))).toBe('draft-not-waiting');
    expect(await candidates('desk-1')).toEqual([]);
    // Importing files is no way round a rejection.
    await gateway.import();
    expect(await stateOf('desk-1')).toBe('rejected');
    expect((await admin('POST', '/api/drafts/desk-1/submit')).status).toBe(200);
    expect(await candidates('desk-1')).toHaveLength(1);
    expect((await admin('POST', '/api/drafts/desk-1/withdraw')).body).toMatchObject({ state: 'withdrawn' });
    const view = (await gateway.get<CampaignView[]>('/api/campaigns')).find(({ id }) => id === 'desk-1');
    expect(view).toMatchObject({ releases: [], candidates: [] });
  });

  it('is thrown away while nobody has seen it', async () => {
    await admin('PUT', '/api/drafts/scrap', ticker('scrap', '一'));
    expect((await admin('DELETE', '/api/drafts/scrap')).status).toBe(200);
    expect((await admin('GET', '/api/drafts/scrap')).status).toBe(404);
    expect((await gateway.call('PUT', '/api/drafts/scrap', ticker('scrap', '一'))).status).toBe(401);
  });

  it('stands in one list with what files have', async () => {
    const list = draftSummarySchema.array().parse((await admin('GET', '/api/drafts')).body);
    expect(list.map(({ id, source }) => [id, source])).toEqual([
      ['desk-1', 'desk'],
      ['ticker', 'files'],
    ]);
  });
});

describe('files and desk', () => {
  const texts = [
    '<script>alert(1)</script>',
    '[v16]\\C1',
    '\u202e反\u2066',
    '😀𠮷',
    '=cmd|calc',
    'a: {x}'.replace(/[{}]/g, ''),
  ];

  it('writes out what the gateway holds so that a plan says nothing changes, byte for byte the second time', async () => {
    for (const [index, text] of texts.entries())
      expect((await admin('PUT', `/api/drafts/hostile-${index}`, ticker(`hostile-${index}`, text))).status).toBe(200);
    const [one, two] = [join(await folder(), 'one'), await folder()];
    expect(await run(exportCommand, one)).toMatchObject({ code: 0, err: '' });
    expect(await run(planCommand, one)).toMatchObject({ code: 0 });
    expect((await run(applyCommand, one, '--yes')).code).toBe(0);
    await run(exportCommand, two);
    const files = (await readdir(one, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(15);
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      expect(await readFile(path.replace(one, two))).toEqual(await readFile(path));
    }
    expect((await run(exportCommand, one)).code).toBe('export-not-empty');
    await writeFile(join(one, 'campaigns/stale.yaml'), 'id: stale\n');
    expect((await run(exportCommand, one, '--replace')).code).toBe(0);
    expect(await readdir(join(one, 'campaigns'))).not.toContain('stale.yaml');
    for (const index of texts.keys()) await admin('DELETE', `/api/drafts/hostile-${index}`);
  });

  it('shows every change, makes none until told, and withdraws what has no file any more', async () => {
    const root = await folder();
    await run(exportCommand, root);
    expect((await run(applyCommand, root, '--yes')).code).toBe(0);
    await gateway.approve('ticker');
    const path = join(root, 'campaigns/ticker.yaml');
    const file = await readFile(path, 'utf8');
    await writeFile(path, file.replace('不听不信不转账', '不听\u001b[31m不信'));
    const devices = join(root, 'sites/devices.csv');
    await writeFile(
      devices,
      `${(await readFile(devices, 'utf8')).replace('64,16,gbk', '96,16,gbk')}sign-3,booth-sign,site/estate-2,64,16,gbk\n`,
    );
    const planned = await run(planCommand, root, '--json');
    expect(planned.code).toBe(3);
    expect((JSON.parse(planned.out) as PlanView).entries).toEqual([
      { subject: 'device', id: 'sign-2', change: 'changed', fields: [{ field: 'sign.columns', from: 64, to: 96 }] },
      { subject: 'device', id: 'sign-3', change: 'added', fields: [] },
      {
        subject: 'campaign',
        id: 'ticker',
        change: 'changed',
        fields: [{ field: 'items.line.text', from: '不听不信不转账', to: '不听\u001b[31m不信' }],
      },
    ]);
    const told = await run(applyCommand, root);
    expect(told.code).toBe(3);
    expect(told.out).not.toContain('\u001b');
    const { hash } = planSchema.parse((await admin('POST', '/api/plan', { directory: root })).body);
    await writeFile(path, file.replace('不听不信不转账', '不听'));
    expect(codeOf(await admin('POST', '/api/apply', { directory: root, plan: hash }))).toBe('plan-changed');
    expect((await run(applyCommand, root, '--yes')).code).toBe(0);
    expect((await run(planCommand, root)).code).toBe(0);

    await unlink(path);
    expect((await run(planCommand, root)).out).toContain('withdraw campaign ticker');
    expect((await run(applyCommand, root, '--yes')).code).toBe(0);
    expect(await stateOf('ticker')).toBe('withdrawn');
    expect((await run(planCommand, root)).code).toBe(0);
    await writeFile(join(root, 'district.yaml'), 'id: [\n');
    expect((await run(planCommand, root)).code).toBe(1);
    expect((await run(applyCommand, root, '--yes')).code).toBe(1);
  });

  it('never overwrites what the desk has written unless it is named', async () => {
    const root = await folder();
    await admin('PUT', '/api/drafts/both', ticker('both', '一'));
    await run(exportCommand, root);
    await run(applyCommand, root, '--yes');
    const path = join(root, 'campaigns/both.yaml');
    const file = await readFile(path, 'utf8');
    await admin('PUT', '/api/drafts/both', ticker('both', '编辑台改'), 1);
    const ahead = await run(planCommand, root, '--json');
    expect(ahead.code).toBe(0);
    expect((JSON.parse(ahead.out) as PlanView).entries).toMatchObject([{ id: 'both', change: 'desk-ahead' }]);
    await writeFile(path, file.replace('text: 一', 'text: 文件改'));
    const conflict = await run(planCommand, root, '--json');
    expect((JSON.parse(conflict.out) as PlanView).entries).toMatchObject([{ id: 'both', change: 'conflict' }]);
    expect(problemCodes(await gateway.import(root))).toEqual([['desk-conflict', undefined]]);
    expect((await run(applyCommand, root, '--yes')).code).toBe('content-refused');
    expect((await admin('GET', '/api/drafts/both')).body).toMatchObject({
      campaign: { items: [{ text: '编辑台改' }] },
    });
    expect((await run(applyCommand, root, '--yes', '--overwrite', 'both')).code).toBe(0);
    expect((await admin('GET', '/api/drafts/both')).body).toMatchObject({
      source: 'files',
      campaign: { items: [{ text: '文件改' }] },
    });
    const versions = (await admin('GET', '/api/drafts/both/versions')).body as {
      campaign: { items: { text: string }[] };
    }[];
    expect(versions.map(({ campaign }) => campaign.items[0]?.text)).toEqual(['编辑台改', '一']);
  });

  it('takes recordings along by their hash', async () => {
    const root = await folder();
    await run(exportCommand, root);
    await mkdir(join(root, 'audio'), { recursive: true });
    await cp(join(import.meta.dirname, '../../../playlists/video/three-nos.mp4'), join(root, 'video/film.mp4'));
    const path = join(root, 'campaigns/both.yaml');
    await writeFile(path, (await readFile(path, 'utf8')).replace('text: 文件改', 'text: 文件改\n    video: film.mp4'));
    expect((await run(planCommand, root)).out).toContain('video film.mp4');
    expect((await run(applyCommand, root, '--yes')).code).toBe(0);
    const source = await readFile(join(root, 'video/film.mp4'));
    await rm(join(root, 'video'), { recursive: true });
    const again = await folder();
    expect((await run(exportCommand, again)).code).toBe(0);
    expect(await readFile(join(again, 'video/film.mp4'))).toEqual(source);
    expect(exportSchema.parse((await admin('GET', '/api/export')).body).media).toMatchObject([
      { path: 'video/film.mp4' },
    ]);
  });
});

describe('a bulletin', () => {
  const preview = async (request: object): Promise<BulletinPreview> =>
    bulletinPreviewSchema.parse((await admin('POST', '/api/bulletins/preview', request)).body);

  it('says of each problem both where it is and what to do about it', async () => {
    const { problems } = await preview(bulletin({}, { amount: 'many' }));
    const [money] = problems;
    expect(money).toMatchObject({ code: 'bulletin-money', field: 'fields.amount' });
    expect(money?.message.zh).toBe(`错误 bulletin fields.amount：${money?.sentence.zh}`);
  });

  it('tells what its form is made of', async () => {
    const form = bulletinFormSchema.parse((await admin('GET', '/api/bulletins/form')).body);
    expect(form).toMatchObject({
      today: day,
      templates: [{ id: 'order-brushing', fields: [{ kind: 'date' }, {}, {}] }],
    });
  });

  it('is shown as it will be read and heard, where, and how long it takes', async () => {
    const shown = await preview(bulletin({ neighbours: 3000, days: 3 }));
    expect(shown).toMatchObject({ ready: true, problems: [], valid: { from: day, to: '2026-11-22' } });
    const [own, near] = shown.parts;
    const text = '11月19日在刷单群被骗28650元。城关派出所提醒您：。网上要您先垫钱的任务一律不做。反诈专线96110。';
    expect(own).toMatchObject({
      id: `bulletin-${day}-estate-1-1`,
      display: `本小区一居民${text}`.replace('：。', '：'),
      people: 1000,
      targets: [{ place: 'site/estate-1', metres: 0, loudspeakers: 1, signs: 1 }],
      signs: [{ columns: 128, charset: 'gb2312', fitsStill: false }],
    });
    expect(own?.speech.map(({ dialect }) => dialect)).toEqual(['cmn', 'yue']);
    expect(own?.speech[0]?.text).toContain('十一月十九日在刷单群被骗两万八千六百五十元');
    expect(own?.speech[0]?.text).not.toMatch(/\d/);
    expect(near).toMatchObject({
      id: `bulletin-${day}-estate-1-1-near`,
      targets: [{ place: 'site/estate-2', metres: expect.any(Number) }],
      standIns: ['hak'],
    });
    expect(near?.display).toMatch(/^附近一居民/);
    expect(near?.targets[0]?.metres).toBeGreaterThan(1000);
  });

  it('waits for approval at once, ends by itself, and never takes an id twice', async () => {
    const made = await admin('POST', '/api/bulletins', bulletin({ days: 2 }));
    expect(made.body).toMatchObject({ drafts: [`bulletin-${day}-estate-1-1`] });
    const [candidate] = await candidates(`bulletin-${day}-estate-1-1`);
    const { body } = await admin('GET', `/api/candidates/${candidate?.sha256}`);
    expect(body).toMatchObject({
      validFrom: at('00:00'),
      validUntil: at('00:00', '2026-11-22'),
      audience: { places: ['site/estate-1'], profiles: ['loudspeaker', 'booth-sign'] },
    });
    const second = await admin('POST', '/api/bulletins', bulletin());
    expect(second.body).toMatchObject({ drafts: [`bulletin-${day}-estate-1-2`] });
    expect(
      await run(
        bulletinCommand,
        '--type',
        '刷单返利',
        '--estate',
        '甲小区',
        '--field',
        'date=2026-11-19',
        '--field',
        'amount=5千',
      ),
    ).toMatchObject({ code: 1 });
    const asked = [
      '--type',
      '刷单返利',
      '--estate',
      '甲小区',
      '--field',
      'date=11月19日',
      '--field',
      'amount=2.8万',
      '--field',
      'method=群',
    ];
    expect(await run(bulletinCommand, ...asked, '--yes')).toMatchObject({ code: 0, err: '' });
    expect(await stateOf(`bulletin-${day}-estate-1-3`)).toBe('submitted');
  });

  it.each([
    [
      { method: '王女士的13812345678' },
      [
        ['personal-name', 'fields.method'],
        ['phone-number', 'fields.method'],
      ],
    ],
    [{ method: '３栋２单元５０１室' }, [['door-number', 'fields.method']]],
    [{ method: '<script>' }, [['bulletin-symbols', 'fields.method']]],
    [{ method: '[v16]\\C1' }, [['bulletin-symbols', 'fields.method']]],
    [{ method: '{place}' }, [['bulletin-symbols', 'fields.method']]],
    [{ method: '群\u202e聊' }, [['bulletin-symbols', 'fields.method']]],
    [{ method: '=cmd' }, [['bulletin-symbols', 'fields.method']]],
    [{ method: '😀' }, [['bulletin-symbols', 'fields.method']]],
    [{ method: '长'.repeat(41) }, [['bulletin-long', 'fields.method']]],
    [{ method: '' }, [['field-missing', 'fields.method']]],
    [{ date: '2026-11-21' }, [['bulletin-date', 'fields.date']]],
    [{ date: '2026-02-30' }, [['bulletin-date', 'fields.date']]],
    [{ amount: '0' }, [['bulletin-money', 'fields.amount']]],
    [{ amount: '1e9' }, [['bulletin-money', 'fields.amount']]],
    [{ more: '一' }, [['field-unknown', 'fields']]],
  ])('refuses %j and leaves nothing', async (fields, expected) => {
    const before = ((await admin('GET', '/api/drafts')).body as unknown[]).length;
    const answer = await admin('POST', '/api/bulletins', bulletin({}, fields));
    expect(answer.status).toBe(422);
    expect(problemCodes(answer)).toEqual(expected);
    expect((await admin('GET', '/api/drafts')).body).toHaveLength(before);
  });

  it('is refused where it has no place, and warns of characters that a sign has not', async () => {
    const codes = async (more: object, fields = {}) =>
      (await preview(bulletin(more, fields))).problems.map(({ code }) => code);
    expect(await codes({ estate: 'stop-1' })).toEqual(['estate-unknown']);
    expect(await codes({ template: 'none' })).toEqual(['template-unknown']);
    expect(await codes({ hours: { from: '8', to: '20:00' } })).toEqual(['time-format']);
    expect(await codes({}, { method: '𠮷朤群' })).toContain('sign-characters');
    expect(
      (await admin('POST', '/api/bulletins/preview', { ...bulletin(), fields: { method: '长'.repeat(100_000) } }))
        .status,
    ).toBe(413);
  });

  it('cannot be given a name by an edit afterwards', async () => {
    const id = `bulletin-${day}-estate-1-1`;
    const draft = draftSchema.parse((await admin('GET', `/api/drafts/${id}`)).body);
    const text = JSON.stringify(draft.campaign).replaceAll('一居民', '居民李强');
    const saved = await admin('PUT', `/api/drafts/${id}`, JSON.parse(text), draft.version);
    expect(problemCodes(saved)).toContainEqual(['personal-name', 'items.0.text']);
    expect((await admin('POST', `/api/drafts/${id}/submit`)).status).toBe(422);
  });
});

describe('a table of cases', () => {
  const table = '类型,小区,日期,金额,手法,有效天数\n';
  const rows = [
    '刷单返利,甲小区,2026-11-19,28650,刷单群,3',
    '刷单返利,甲小区,2026-11-19,28650,受害人张伟,3',
    '刷单返利,丙小区,2026-11-19,28650,刷单群,3',
    'order-brushing,estate-2,2026-11-18,"5,000元",网店,1',
    "刷单返利,甲小区,2026-11-19,100,'=1+1,3",
    '刷单返利,甲小区,2026-11-19,100,刷单群,99',
  ];
  it.each(['utf8', 'gbk'])('takes the good rows and says of each bad one why (%s)', async (encoding) => {
    const bytes = iconv.encode(table + rows.join('\n'), encoding);
    const {
      rows: told,
      made,
      refused,
    } = bulletinBatchSchema.parse(
      (
        await gateway.call('POST', '/api/bulletins/batch', new Uint8Array(bytes), {
          authorization: `Bearer ${gateway.gateway.token}`,
        })
      ).body,
    ) satisfies BulletinBatch;
    expect([made, refused]).toEqual([2, 4]);
    expect(told.map((row) => [row.line, row.drafts.length, row.problems.map(({ code }) => code)])).toEqual([
      [2, 1, []],
      [3, 0, ['personal-name']],
      [4, 0, ['estate-unknown']],
      [5, 1, []],
      [6, 0, ['bulletin-symbols']],
      [7, 0, ['field-too-large']],
    ]);
  });

  it('is there to be filled in, and what is filled in is taken', async () => {
    const { status, body, headers } = await admin('GET', '/api/bulletins/table');
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toContain('cases.csv');
    const path = join(await folder(), 'cases.csv');
    await writeFile(path, body as Buffer);
    expect(await run(bulletinCommand, '--csv', path)).toMatchObject({ code: 0, err: '' });
    // As a spreadsheet saves it.
    const saved = (body as Buffer).toString('utf8').replaceAll(/\b0(\d:\d\d)\b/g, '$1:00');
    expect(saved).toMatch(/,8:00:00,/);
    await writeFile(path, saved);
    expect(await run(bulletinCommand, '--csv', path)).toMatchObject({ code: 0, err: '' });
    await writeFile(path, '小区\n甲小区\n');
    expect(await run(bulletinCommand, '--csv', path)).toMatchObject({ code: 'content-refused' });
  });
});

it('keeps the desk over a restart', async () => {
  await gateway.restart();
  expect(await stateOf(`bulletin-${day}-estate-1-2`)).toBe('submitted');
});
