import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Preview, previewSchema } from '../api/ahead-contract.js';
import { problemSchema } from '../api/contract.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { at, day, TestGateway } from '../testing/open-gateway.js';

const urgent = `id: urgent
title: { zh: 要紧, en: Urgent }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [loudspeaker], kinds: [estate] }
items:
  - id: short
    title: { zh: 短, en: Short }
    audio: [{ dialect: cmn, text: 快挂断。 }]
cues:
  - { id: first, items: [short], output: audio, windows: [{ days: workdays, from: "07:00", to: "07:40" }], every: 30m, priority: 70 }
  - { id: night, items: [short], output: audio, windows: [{ days: every-day, from: "21:50", to: "22:30" }], every: 20m, priority: 70 }
  - { id: tight, items: [short], output: audio, windows: [{ days: holidays, from: "09:00", to: "09:01" }], once: true, priority: 70 }
`;

let gateway: TestGateway;
let speaker: MqttDevice;
beforeAll(async () => {
  gateway = await TestGateway.open({ changes: { 'campaigns/urgent.yaml': urgent } });
  await gateway.import();
  speaker = await MqttDevice.enrol(gateway, 'speaker-2');
  for (const campaign of ['morning', 'arrival']) await gateway.approve(campaign);
});
afterAll(async () => {
  await speaker.close();
  await gateway.close();
});
const preview = async (place: string, on = day, query = ''): Promise<Preview> =>
  previewSchema.parse(await gateway.get(`/api/places/${place}/days/${on}/preview${query}`));
const only = ({ profiles }: Preview): Preview['profiles'][number] => {
  expect(profiles).toHaveLength(1);
  return profiles[0] as Preview['profiles'][number];
};

describe('the preview of a place', () => {
  it('says minute by minute what plays, in which dialect, and what stands in', async () => {
    const shown = await preview('site/estate-2');
    expect(shown).toMatchObject({ volumeCap: 70, dialects: ['hak', 'cmn'], kind: 'estate', arrivals: [] });
    expect(shown.dayKind).toMatchObject({ known: true, workday: true, makeupWorkday: false });
    expect(shown.quiet).toEqual([
      { from: at('00:00'), to: at('06:00') },
      { from: at('22:00'), to: at('24:00') },
    ]);
    const { profile, devices, plays } = only(shown);
    expect([profile, devices]).toEqual(['loudspeaker', ['speaker-2']]);
    expect(plays.map(({ startAt, dialect, wanted, volume }) => [startAt, dialect, wanted, volume])).toEqual([
      [at('07:00'), 'cmn', 'hak', 70],
      [at('07:30'), 'cmn', undefined, 70],
    ]);
    expect((await gateway.call('GET', plays[0]?.audio ?? '')).status).toBe(200);
  });

  it('tries a candidate, or all that waits of a campaign: what then waits for it, and what is not aired and why', async () => {
    const { plays, dropped } = only(await preview('site/estate-2', day, '?with=urgent'));
    const [first, second] = plays;
    expect(first).toMatchObject({ campaign: 'urgent', startAt: at('07:00') });
    expect(second).toMatchObject({
      campaign: 'morning',
      dueAt: at('07:00'),
      startAt: (first?.endAt ?? 0) + 1000,
      waitsFor: { campaign: 'urgent', cue: 'first' },
    });
    expect(dropped.map(({ cue, dueAt, reason }) => [cue, dueAt, reason])).toEqual([
      ['night', at('22:10'), 'quiet-hours'],
    ]);
    expect(dropped[0]?.message.zh).toContain('静音');
    const candidates = await gateway.get<{ id: string; candidates: { sha256: string }[] }[]>('/api/campaigns');
    const sha256 = candidates.find(({ id }) => id === 'urgent')?.candidates[0]?.sha256;
    expect(only(await preview('site/estate-2', day, `?with=${sha256}`))).toEqual(
      only(await preview('site/estate-2', day, '?with=urgent')),
    );
    expect(only(await preview('site/estate-2')).plays).toHaveLength(2);
  });

  it('names holidays and make-up workdays, and plays by them', async () => {
    const holiday = await preview('site/estate-2', '2026-10-01', '?with=urgent');
    expect(holiday.dayKind).toMatchObject({ workday: false, holiday: '国庆节' });
    expect(only(holiday).plays.map(({ cue }) => cue)).toEqual(['tight', 'night']);
    const saturday = await preview('site/estate-2', '2026-10-10');
    expect(saturday.dayKind).toMatchObject({ workday: true, makeupWorkday: true });
    expect(only(saturday).plays).toHaveLength(2);
    expect((await preview('site/estate-2', '2027-03-01')).dayKind.known).toBe(false);
    expect(only(await preview('site/estate-2', '2027-03-01'))).toMatchObject({ plays: [], dropped: [] });
  });

  it('shows what plays when something happens, on the vehicles and at the stops where they call', async () => {
    const route = only(await preview('route/route-1'));
    expect(route.plays).toEqual([]);
    expect(route.triggered).toMatchObject([
      { cue: 'arrive', on: 'stop-arrival', spans: [{ from: at('06:30'), to: at('09:00') }], volume: 80 },
    ]);
    const says = route.triggered[0]?.says ?? [];
    expect(says).toMatchObject([{ item: 'mind', itemTitle: '提醒', dialect: 'cmn', words: '不听、不信、不转账。' }]);
    expect((await gateway.call('GET', says[0]?.audio ?? '')).status).toBe(200);
    const stop = await preview('site/stop-2');
    expect(stop.profiles).toEqual([]);
    // Out at 06:40, 07:10 … 08:40, and back at 06:30, 07:00 … 08:30.
    expect(stop.arrivals).toMatchObject([{ campaign: 'arrival', cue: 'arrive', from: at('06:30'), to: at('09:00') }]);
    expect(stop.arrivals[0]).toMatchObject({ calls: 10, title: '到站', itemTitle: '提醒' });
  });

  it('refuses places, days and candidates that are not', async () => {
    const code = async (path: string) => problemSchema.parse((await gateway.call('GET', path)).body).code;
    expect(await code(`/api/places/site/nowhere/days/${day}/preview`)).toBe('place-unknown');
    expect(await code('/api/places/site/estate-1/days/2026-02-30/preview')).toBe('request-malformed');
    expect(await code(`/api/places/site/estate-1/days/${day}/preview?with=nothing`)).toBe('candidate-unknown');
  });
});
