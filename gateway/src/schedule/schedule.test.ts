import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CalendarPlanView,
  type CalendarView,
  type ScheduleWeek,
  scheduleWeekSchema,
} from '../api/schedule-contract.js';
import { TestGateway } from '../testing/open-gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.open();
  await gateway.import();
  await gateway.approve();
});
afterAll(() => gateway.close());

const week = async (day: string, query = ''): Promise<ScheduleWeek> => {
  const { status, body } = await gateway.admin('GET', `/api/schedule/weeks/${day}${query}`);
  expect(status).toBe(200);
  return scheduleWeekSchema.parse(body);
};
const campaign = (of: ScheduleWeek, id: string) => of.campaigns.find((one) => one.id === id);

describe('the week of the schedule', () => {
  it('begins on Monday whatever day is asked for, and says what sort of days they are', async () => {
    const { monday, today, days, eve, calendar } = await week('2026-10-01');
    expect([monday, today, days.map(({ day }) => day).at(-1)]).toEqual(['2026-09-28', '2026-11-20', '2026-10-04']);
    expect(eve.day).toBe('2026-09-27');
    expect(days[3]?.kind).toMatchObject({ known: true, workday: false, holiday: '国庆节' });
    expect(calendar).toEqual({ from: '2026-01-01', to: '2026-12-31' });
    expect((await week('2026-10-10')).days[5]?.kind).toMatchObject({ makeupWorkday: true, workday: true });
    const { days: beyond } = await week('2027-01-01');
    expect(beyond.map(({ kind }) => kind.known)).toEqual([true, true, true, true, false, false, false]);
  });

  it('has each window begin on the days that its calendar means, within the dates of the campaign', async () => {
    const begins = async (day: string) => campaign(await week(day), 'morning')?.written[0]?.windows[0]?.begins;
    // A holiday is left out, a Saturday that is worked is not.
    expect(await begins('2026-09-28')).toEqual(['2026-09-28', '2026-09-29', '2026-09-30', '2026-10-02']);
    expect(await begins('2026-10-10')).toContain('2026-10-10');
    expect(await begins('2026-12-28')).toEqual(['2026-12-28', '2026-12-29', '2026-12-30', '2026-12-31']);
    expect(await begins('2027-02-01')).toEqual([]);
  });

  it('tells what is on air beside what is written, and what binds the places', async () => {
    const { body } = await gateway.admin('GET', '/api/drafts/morning');
    const file = (body as { campaign: { cues: Record<string, unknown>[] } }).campaign;
    const cues = file.cues.map((cue) => ({ ...cue, windows: [{ days: ['tue'], from: '09:00', to: '10:00' }] }));
    const { version } = body as { version: number };
    const put = await gateway.call(
      'PUT',
      '/api/drafts/morning',
      { ...file, cues },
      {
        authorization: `Bearer ${gateway.gateway.token}`,
        'if-match': `"${version}"`,
      },
    );
    expect(put.status).toBe(200);
    const found = campaign(await week('2026-11-20'), 'morning');
    expect(found).toMatchObject({
      state: 'draft',
      source: 'desk',
      rules: [{ kind: 'estate', quiet: { from: '22:00', to: '06:00' }, volumeCap: 70, noiseZone: 2, places: 2 }],
      written: [{ id: 'rush', pace: { kind: 'every', seconds: 1800 }, windows: [{ begins: ['2026-11-17'] }] }],
      air: [{ id: 'rush', items: [{ title: '刷单' }], windows: [{ days: 'workdays', from: '07:00' }] }],
    });
    expect(found?.locked).toBeUndefined();
    expect((await week('2026-11-20', '?kind=route')).campaigns.map(({ id }) => id)).toEqual(['arrival']);
  });

  it('says which campaigns can not be edited', async () => {
    gateway.clock.set(Date.parse('2026-11-20T00:00:00Z'));
    const old = {
      ...{ id: 'old', title: { zh: '旧', en: 'Old' }, valid: { from: '2026-01-01', to: '2026-03-01' } },
      audience: { profiles: ['loudspeaker'], kinds: ['estate'] },
      items: [{ id: 'one', title: { zh: '一', en: 'One' }, audio: [{ dialect: 'cmn', text: '不转账。' }] }],
      cues: [
        {
          ...{ id: 'one', items: ['one'], output: 'audio', once: true, priority: 10 },
          windows: [{ days: 'every-day', from: '12:00', to: '13:00' }],
        },
      ],
    };
    expect((await gateway.admin('PUT', '/api/drafts/old', old)).status).toBe(200);
    expect(campaign(await week('2026-11-20'), 'old')?.locked).toBe('ended');
    expect((await gateway.admin('GET', '/api/schedule/weeks/2026-02-30')).status).toBe(400);
  });
});

const calendar2027 = `id: cn-2027
from: "2027-01-01"
to: "2027-12-31"
holidays: [{ day: "2027-01-01", name: 元旦 }]
makeup-workdays: ["2027-01-02"]
school-terms: [{ from: "2027-03-01", to: "2027-07-02", name: 第二学期 }]
`;
const codes = (body: unknown): string[] =>
  (body as { details: { problems: { code: string }[] } }).details.problems.map(({ code }) => code);

describe("next year's calendar", () => {
  const check = (id: string, text: string) => gateway.admin('POST', `/api/calendars/${id}/check`, { text });

  it('is tried first, and told day by day', async () => {
    const { status, body } = await check('cn-2027', calendar2027);
    const plan = body as CalendarPlanView;
    expect([status, plan.replaces, plan.days.map(({ day }) => day)]).toEqual([
      200,
      false,
      ['2027-01-01', '2027-01-02'],
    ]);
    expect(plan.days[0]).toMatchObject({ before: { workday: true }, after: { workday: false, holiday: '元旦' } });
    expect(plan.schoolDays).toEqual({ before: 0, after: 90 });
    expect((await week('2027-01-01')).days[4]?.kind.known).toBe(false);
  });

  it('is refused with the field where it leaves a gap, overlaps, or is none', async () => {
    const from = (day: string) => calendar2027.replace('from: "2027-01-01"', `from: "${day}"`);
    const refusals = [
      ['cn-2027', from('2027-01-02'), ['calendar-outside', 'calendar-gap']],
      ['cn-2027', from('2026-12-01'), ['calendar-overlap']],
      ['cn-2028', calendar2027, ['id-differs']],
      ['cn-2027', calendar2027.replace('"2027-01-02"', '"2027-01-01"'), ['calendar-conflict']],
      ['cn-2027', calendar2027.replace('to: "2027-12-31"', 'to: "9999-12-31"'), ['calendar-too-long']],
      ['cn-2027', from('2027-12-32'), ['day-format']],
      ['cn-2027', 'holidays: [', ['yaml-syntax']],
      ['cn-2027', 'null', ['field-type']],
    ] as const;
    for (const [id, text, expected] of refusals) {
      const { status, body } = await check(id, text);
      expect([status, text, codes(body)]).toEqual([422, text, expect.arrayContaining([...expected])]);
      expect((await gateway.admin('PUT', `/api/calendars/${id}`, { text })).status).toBe(422);
    }
    const gap = (await check('cn-2027', from('2027-01-02'))).body as { details: { problems: { field: string }[] } };
    expect(gap.details.problems.map(({ field }) => field)).toContain('from');
  });

  it('makes the year known once it is loaded, is written down, and can be had back as a file', async () => {
    expect((await gateway.admin('PUT', '/api/calendars/cn-2027', { text: calendar2027 })).status).toBe(200);
    const { days } = await week('2027-01-01');
    expect(days[4]?.kind).toMatchObject({ known: true, holiday: '元旦' });
    expect(days[5]?.kind).toMatchObject({ makeupWorkday: true });
    const list = (await gateway.admin('GET', '/api/calendars')).body as CalendarView[];
    expect(list.map(({ calendar: { id }, source, author }) => [id, source, author])).toEqual([
      ['test-2026', 'files', undefined],
      ['cn-2027', 'desk', 'machine'],
    ]);
    const { headers, body } = await gateway.admin('GET', '/api/calendars/cn-2027');
    expect(headers.get('content-disposition')).toContain('2027.yaml');
    const text = (body as Buffer).toString();
    expect(((await check('cn-2027', text)).body as CalendarPlanView).days).toEqual([]);
    expect((await gateway.admin('GET', '/api/calendars/cn-2030')).status).toBe(404);
    const audit = (await gateway.admin('GET', '/api/audit?action=calendar-loaded')).body as {
      action: string;
      object: string;
    }[];
    expect(audit[0]).toMatchObject({ action: 'calendar-loaded', object: 'calendar/cn-2027' });
  });

  it('outlasts a restart and an import that knows nothing of it', async () => {
    const plan = await gateway.admin('POST', '/api/plan', { directory: gateway.content });
    expect(plan.body).toMatchObject({
      entries: expect.arrayContaining([
        { subject: 'calendar', id: 'cn-2027', change: 'desk-only', fields: [] },
      ]) as unknown,
    });
    await gateway.restart();
    expect((await gateway.import()).status).toBe(200);
    expect((await week('2027-01-01')).days[4]?.kind.known).toBe(true);
    const exported = (await gateway.admin('GET', '/api/export')).body as { files: { path: string }[] };
    expect(exported.files.map(({ path }) => path)).toContain('calendar/2027.yaml');
  });
});
