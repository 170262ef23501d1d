import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScheduleCheck, scheduleCheckSchema } from '../api/ahead-contract.js';
import { day, TestGateway } from '../testing/open-gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.open();
  await gateway.import();
  await gateway.approve();
});
afterAll(() => gateway.close());

type Cue = Readonly<Record<string, unknown>>;
const cue = (more: Cue): Cue => ({ id: 'one', items: ['words'], output: 'audio', priority: 60, ...more });
const window = (from: string, to: string, days: unknown = 'every-day') => ({ windows: [{ days, from, to }] });
const draft = (cues: readonly Cue[], more: Cue = {}) => ({
  id: 'draft',
  title: { zh: '新任务', en: 'New' },
  valid: { from: '2026-01-01', to: '2026-12-31' },
  audience: { profiles: ['loudspeaker'], kinds: ['estate'] },
  items: [
    {
      id: 'words',
      title: { zh: '话', en: 'Words' },
      audio: [{ dialect: 'cmn', text: '陌生来电要转账，一律是诈骗。' }],
    },
  ],
  cues,
  ...more,
});
async function check(campaign: unknown, more: object = { from: day, days: 1 }): Promise<ScheduleCheck> {
  const { status, body } = await gateway.admin('POST', '/api/schedule/check', { campaign, ...more });
  expect(status).toBe(200);
  return scheduleCheckSchema.parse(body);
}
const codes = (list: ScheduleCheck['errors']): string[] => list.map(({ code }) => code);

describe('checking a draft', () => {
  it('tells the minutes each campaign gets before and after, by kind of place', async () => {
    const { minutes, errors, estimated } = await check(draft([cue({ ...window('12:00', '13:00'), every: '30m' })]));
    expect([errors, estimated]).toEqual([[], true]);
    const [mine, morning] = minutes;
    expect(mine).toMatchObject({ kind: 'estate', campaign: 'draft', before: 0 });
    // 12 characters, 2 stops and a lead-in of 1.5 s: 5.1 s twice a day at two estates.
    expect(mine?.after).toBeCloseTo((4 * 5.1) / 60, 1);
    expect(morning).toMatchObject({ campaign: 'morning', before: morning?.after });
    expect(morning?.before).toBeGreaterThan(0);
  });

  it('says who loses what to whom, one line for all places with the same answer', async () => {
    const long = [{ dialect: 'cmn', text: '骗'.repeat(1500) }];
    const items = [{ id: 'words', title: { zh: '长', en: 'Long' }, audio: long }];
    const { losses } = await check(draft([cue({ ...window('07:00', '08:00'), every: '30m' })], { items }));
    expect(losses).toHaveLength(1);
    expect(losses[0]).toMatchObject({
      campaign: 'morning',
      cue: 'rush',
      reason: 'higher-priority',
      by: { campaign: 'draft', cue: 'one' },
      times: 4,
      places: ['site/estate-1', 'site/estate-2'],
    });
    expect(losses[0]?.message).toMatchObject({ zh: expect.stringContaining('新任务') as string });
  });

  it('names what can not be aired, with the reason', async () => {
    const quiet = await check(draft([cue({ ...window('23:00', '23:30'), every: '10m' })]));
    expect(codes(quiet.errors)).toEqual(['cue-never']);
    expect(quiet.errors[0]?.message.zh).toContain('静音');
    expect(quiet.losses).toMatchObject([{ campaign: 'draft', reason: 'quiet-hours', times: 6 }]);
    const mute = await check(draft([cue({ ...window('12:00', '13:00'), once: true, 'volume-cap': 0 })]));
    expect(mute.errors).toMatchObject([{ code: 'volume-zero', places: ['site/estate-1', 'site/estate-2'] }]);
    const short = draft([cue({ ...window('12:00', '12:01'), once: true })], {
      items: [{ id: 'words', title: { zh: '长', en: 'Long' }, audio: [{ dialect: 'cmn', text: '骗'.repeat(400) }] }],
    });
    expect((await check(short)).losses).toMatchObject([{ reason: 'window-end' }]);
    const nobody = await check(
      draft([cue({ ...window('12:00', '13:00'), once: true })], {
        audience: { profiles: ['loudspeaker'], kinds: ['booth'] },
      }),
    );
    expect(codes(nobody.errors)).toEqual(['audience-empty']);
    const deaf = await check(
      draft([cue({ ...window('12:00', '13:00'), once: true })], {
        audience: { profiles: ['bike-lock'], kinds: ['estate'] },
      }),
    );
    expect(codes(deaf.errors)).toEqual(['no-device']);
  });

  it('warns where a dialect has no voice, and of days on which nothing is due', async () => {
    const { warnings } = await check(draft([cue({ ...window('12:00', '13:00'), once: true, dialects: 'first' })]));
    expect(warnings).toMatchObject([{ code: 'no-voice', places: ['site/estate-2'] }]);
    expect(warnings[0]?.message.en).toContain('Hakka');
    const sundays = await check(draft([cue({ ...window('12:00', '13:00', ['sun']), once: true })]));
    expect([codes(sundays.errors), codes(sundays.warnings)]).toEqual([[], ['cue-not-then']]);
    const week = await check(draft([cue({ ...window('12:00', '13:00', ['sun']), once: true })]), { from: day });
    expect([week.days, codes(week.warnings)]).toEqual([7, ['no-voice']]);
  });

  it('lets the draft take the place of what is on air of the same campaign', async () => {
    const again = draft([cue({ ...window('07:00', '08:00'), every: '30m' })], { id: 'morning' });
    const { minutes, losses } = await check(again);
    expect(minutes.map(({ campaign }) => campaign)).toEqual(['morning']);
    expect(losses).toEqual([]);
  });

  it('tells field by field what is no campaign, and never fails for it', async () => {
    const { errors } = await check({ ...draft([cue({ windows: [], priority: 95 })]), surplus: 1 });
    expect(errors.map(({ field }) => field)).toEqual(expect.arrayContaining(['cues.0.windows', 'cues.0.priority']));
    for (const { message } of errors) expect(message.zh.length * message.en.length).toBeGreaterThan(0);
    expect(codes((await check('nothing')).errors)).toEqual(['field-type']);
  });
});
