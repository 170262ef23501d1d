import { addDays, instantOf } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, day, TestGateway, zone } from '../testing/open-gateway.js';
import { type CampaignView, draftPredictionSchema, type Prediction, predictionSchema } from './contract.js';

/** The day of the tests is a Friday; Monday is the next on which the loudspeakers are due. */
const monday = addDays(day, 3);
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.open({ deps: { jobs: 'by-caller' } });
  await gateway.import();
  await gateway.approve('morning');
  await gateway.enrol('speaker-1', generateKeyPair().publicKey.bytes);
});
afterAll(() => gateway.close());

async function prediction(of: string, query = ''): Promise<Prediction> {
  const { status, body } = await gateway.admin('GET', `/api/days/${of}/prediction${query}`);
  expect(status).toBe(200);
  return predictionSchema.parse(body);
}
const codeOf = async (path: string): Promise<unknown> => {
  const { status, body } = await gateway.admin('GET', path);
  return [status >= 400, (body as { code?: string }).code];
};
async function nightOf(next: string): Promise<void> {
  gateway.clock.set(instantOf(next, '00:31', zone));
  await gateway.gateway.runJobs();
}

describe('the prediction of a day', () => {
  it('expects what the ledger will expect, and names the places where nothing can play', async () => {
    const { totals, covered, places, uncovered, notes, campaigns, asItStood } = await prediction(monday);
    // Twice between seven and eight, of the one device that is enrolled and has not come yet.
    expect(totals).toMatchObject({ expected: 2 });
    expect(places.map(({ place }) => place)).toEqual(['site/estate-1']);
    // One in twenty is lost, and one in twenty does not arrive, for all that is known.
    expect(totals.share).toBeCloseTo(0.95 * 0.95, 3);
    expect(covered).toMatchObject({ of: 1 });
    expect(campaigns).toMatchObject([{ id: 'morning', title: '早高峰', expected: 2 }]);
    expect(uncovered).toMatchObject([{ place: 'site/estate-2', reason: 'not-enrolled', devices: ['speaker-2'] }]);
    expect(uncovered[0]?.message.zh).toContain('speaker-2');
    expect([notes.map(({ code }) => code), asItStood]).toEqual([['no-history'], false]);
    expect((await prediction(addDays(day, 1))).totals.expected).toBe(0);
  });

  it('is of some hours where that is asked for, and of a candidate as if it were approved', async () => {
    expect((await prediction(monday, '?from=07:15&to=08:00')).totals.expected).toBe(1);
    const campaigns = await gateway.get<CampaignView[]>('/api/campaigns');
    const [candidate] = campaigns.find(({ id }) => id === 'arrival')?.candidates ?? [];
    await gateway.enrol('bus-1', generateKeyPair().publicKey.bytes);
    expect((await prediction(monday)).totals.expected).toBe(2);
    const tried = await prediction(monday, `?with=${candidate?.sha256}`);
    expect(tried.kinds.map(({ id, expected }) => [id, expected])).toEqual([
      ['estate', 2],
      ['stop', 2],
    ]);
  });

  it('reaches no farther than a week, and not back to where nothing was foretold', async () => {
    expect(await codeOf(`/api/days/${addDays(day, 8)}/prediction`)).toEqual([true, 'prediction-too-far']);
    const before = `/api/days/${addDays(day, -1)}/prediction`;
    expect(await gateway.admin('GET', before)).toMatchObject({ status: 200, body: null });
    // What never was foretold cannot be tried any more either.
    expect(await codeOf(`${before}?from=08:00`)).toEqual([true, 'prediction-missing']);
    expect(await codeOf(`/api/days/${monday}/prediction?from=08:00&to=07:00`)).toEqual([true, 'request-malformed']);
  });

  it('tells of a draft what it would bring, beside the day without it', async () => {
    const campaign = {
      id: 'draft',
      title: { zh: '新任务', en: 'New' },
      valid: { from: '2026-01-01', to: '2026-12-31' },
      audience: { profiles: ['loudspeaker'], kinds: ['estate'] },
      items: [{ id: 'words', title: { zh: '话', en: 'Words' }, audio: [{ dialect: 'cmn', text: '不转账。' }] }],
      cues: [
        {
          id: 'one',
          items: ['words'],
          output: 'audio',
          priority: 60,
          windows: [{ days: 'every-day', from: '12:00', to: '13:00' }],
          every: '30m',
        },
      ],
    };
    const { status, body } = await gateway.admin('POST', '/api/schedule/predict', { campaign });
    expect(status).toBe(200);
    const { day: when, before, prediction: after, own, errors } = draftPredictionSchema.parse(body);
    expect([when, errors]).toEqual([addDays(day, 1), []]);
    expect([before?.totals.expected, after?.totals.expected]).toEqual([0, 2]);
    expect(own?.slots.expected).toBe(2);
    expect(own?.uncovered.map(({ place }) => place)).toEqual(['site/estate-2']);
    const refused = await gateway.admin('POST', '/api/schedule/predict', { campaign: { id: 'draft' } });
    const { errors: wrong, prediction: none } = draftPredictionSchema.parse(refused.body);
    expect(wrong.length).toBeGreaterThan(0);
    expect(none).toBeUndefined();
  });

  it('is written down when the day begins, and held against what happened when it is over', async () => {
    for (let one = addDays(day, 1); one <= monday; one = addDays(one, 1)) await nightOf(one);
    gateway.clock.set(at('12:00', monday));
    const stood = await prediction(monday);
    expect(stood).toMatchObject({ asItStood: true, madeAt: at('00:31', monday), totals: { expected: 2 } });
    // By then it was known that the device does not come.
    expect(stood.uncovered.map(({ place, reason }) => [place, reason])).toContainEqual(['site/estate-1', 'offline']);
    expect(stood.happened).toBeUndefined();
    await nightOf(addDays(monday, 1));
    const { happened, totals } = await prediction(monday);
    expect(happened).toMatchObject({
      totals: { predicted: totals.share, happened: 0 },
      covered: { happened: 0 },
      places: [{ place: 'site/estate-1', happened: 0 }],
      right: 1,
      of: 1,
    });
    expect(happened?.totals.errorPoints).toBeCloseTo(totals.share * 100, 2);
  });
});
