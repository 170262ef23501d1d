import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../broker/testing/harness.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { type Answer, at, day, TestGateway } from '../testing/open-gateway.js';
import {
  campaignViewSchema,
  dayViewSchema,
  deviceViewSchema,
  districtViewSchema,
  placeDetailSchema,
  problemSchema,
  rejectViewSchema,
  silentPlaceSchema,
  vehicleSchema,
} from './contract.js';

let gateway: TestGateway;
let pages: string;
let speaker: MqttDevice;

beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'xiaolaba-pages-'));
  await mkdir(join(pages, 'assets'));
  await writeFile(join(pages, 'index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(pages, 'assets/index-0a1b2c3d.js'), 'export {};');
  gateway = await TestGateway.open({ consoleDirectory: pages });
  expect((await gateway.import()).status).toBe(200);
  speaker = await MqttDevice.enrol(gateway, 'speaker-1');
  const bike = await MqttDevice.enrol(gateway, 'bike-1');
  const bus = await MqttDevice.enrol(gateway, 'bus-1');
  await gateway.approve();
  const { mqttPort } = gateway.gateway;
  await speaker.connect(mqttPort);
  await speaker.hello('loudspeaker', gateway.clock.now());
  await bus.connect(mqttPort);
  await bus.send(
    'beat',
    {
      v: 1,
      boot: bus.journal.boot,
      at: gateway.clock.now(),
      up: 5,
      clock: 'trusted',
      playing: [],
      unreported: 0,
      position: [115.12, 23.4],
      faults: [],
    },
    0,
  );
  await until(() => gateway.gateway.counters().handled >= 2);
  await speaker.send('records', Buffer.from('no envelope'));
  gateway.clock.set(at('07:05'));
  const [campaign] = (await gateway.get<z.infer<typeof campaignViewSchema>[]>('/api/campaigns')).filter(
    ({ id }) => id === 'morning',
  );
  speaker.write({
    seq: 1,
    at: at('07:00') + 4000,
    kind: 'play',
    release: campaign?.releases[0]?.sha256 ?? '',
    campaign: 'morning',
    cue: 'rush',
    item: 'brushing',
    output: 'audio',
    dueAt: at('07:00'),
    startedAt: at('07:00'),
    playedMs: 4000,
    expectedMs: 4000,
    result: 'completed',
    evidence: 'heard',
    pauses: 0,
  });
  speaker.write({ seq: 2, at: at('07:01'), kind: 'event', event: 'test-button' });
  await speaker.sendRecords(1, 2);
  await gateway.gateway.settled();
  closers.push(
    () => bus.close(),
    () => bike.close(),
  );
});
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const closer of closers) await closer();
  await speaker?.close();
  await gateway?.close();
  await rm(pages, { recursive: true, force: true });
});

const codeIn = ({ body }: Answer): string => problemSchema.parse(body).code;

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: readonly object[] }>>>>;
}
const concrete = (path: string): string =>
  path
    .replace('{sha256}', '0'.repeat(64))
    .replace('{device}', 'speaker-1')
    .replace('{campaign}', 'morning')
    .replace('{day}', day)
    .replace('{type}', 'site')
    .replace('{id}', 'estate-1');

describe('who may do what', () => {
  it('is asked on every route that changes something, before the body is looked at', async () => {
    const { paths } = await gateway.get<Description>('/docs/json');
    const changing = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'get' && method !== 'head')
        .map((method) => ({ path, method })),
    );
    expect(changing.length).toBeGreaterThan(5);
    for (const { path, method } of changing) {
      const tries: [unknown, Record<string, string>][] = [
        [undefined, {}],
        [{}, {}],
        [{ nonsense: true }, { authorization: 'Bearer wrong' }],
        [Buffer.from('not json'), { 'content-type': 'application/json' }],
      ];
      // What asks nobody who they are stands in the table of all routes.
      if (!paths[path]?.[method]?.security) continue;
      for (const [body, headers] of tries) {
        const answer = await gateway.call(method.toUpperCase(), concrete(path), body, headers);
        expect([path, answer.status, codeIn(answer)]).toEqual([path, 401, 'unauthorised']);
      }
      expect(paths[path]?.[method]?.security).toEqual([{ token: [] }, { session: [] }]);
    }
    const candidate = await gateway.call('GET', `/api/candidates/${'0'.repeat(64)}`);
    expect(candidate.status).toBe(401);
    expect(gateway.gateway.token.length).toBeGreaterThan(40);
  });

  it('is a matter of the claim code when a device enrols', async () => {
    const request = (more: object) => ({
      device: 'speaker-2',
      code: 'AAAA-BBBB-CCCC-DDDD',
      publicKey: toBase64(generateKeyPair().publicKey.bytes),
      ...more,
    });
    const refused = await gateway.call('POST', '/enrol', request({}));
    expect([refused.status, codeIn(refused)]).toEqual([401, 'claim-refused']);
    for (const wrong of [{ code: 1 }, { code: 'short' }, { device: 'No Id' }, { more: 1 }]) {
      const malformed = await gateway.call(
        'POST',
        '/enrol',
        wrong === undefined ? {} : { ...request(wrong), ...(Object.keys(wrong).length ? {} : { code: 1 }) },
      );
      expect([malformed.status, codeIn(malformed)]).toEqual([400, 'request-malformed']);
    }
    const [claim] = (await gateway.admin('POST', '/api/claims', { devices: ['speaker-2'] })).body as { code: string }[];
    const weak = await gateway.call(
      'POST',
      '/enrol',
      request({ code: claim?.code, publicKey: toBase64(new Uint8Array(32)) }),
    );
    expect([weak.status, codeIn(weak)]).toEqual([422, 'key-small-order']);
    const enrolled = await gateway.call('POST', '/enrol', request({ code: claim?.code }));
    expect(enrolled.status).toBe(200);
    const noted = (await gateway.admin('GET', '/api/audit?action=device-enrolled&who=device/speaker-2')).body;
    expect(noted).toMatchObject([{ object: 'device/speaker-2', outcome: 'done' }]);
  });
});

describe('what the contract says', () => {
  const reads = [
    ['/api/district', districtViewSchema],
    ['/api/days', z.object({ today: z.literal(day), closed: z.array(z.string()) })],
    [`/api/days/${day}`, dayViewSchema],
    [`/api/days/${day}/silent`, z.array(silentPlaceSchema)],
    ['/api/vehicles', z.array(vehicleSchema).length(1)],
    [`/api/places/site/estate-1/days/${day}`, placeDetailSchema],
    [`/api/places/route/route-1/days/${day}`, placeDetailSchema],
    [`/api/places/fleet/fleet-1/days/${day}`, placeDetailSchema],
    ['/api/campaigns', z.array(campaignViewSchema).length(2)],
    ['/api/devices', z.array(deviceViewSchema).length(4)],
    ['/api/rejects', z.array(rejectViewSchema).length(1)],
  ] as const;

  it.each(reads)('holds for %s', async (path, schema) => {
    const { status, body, headers } = await gateway.call('GET', path);
    expect(status).toBe(200);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(schema.safeParse(body).error?.issues ?? []).toEqual([]);
  });

  it('shows a place with its slots, the records behind them and what was to be heard', async () => {
    const detail = placeDetailSchema.parse(await gateway.get(`/api/places/site/estate-1/days/${day}`));
    expect(detail.place).toMatchObject({ place: 'site/estate-1', verified: 1, heard: 1, state: 'heard', online: true });
    expect(detail.slots.map(({ status, dialect, voice }) => [status, dialect, voice])).toEqual([
      ['verified', 'cmn', 'synthesis'],
      ['pending', 'cmn', 'synthesis'],
    ]);
    expect(detail.records.map(({ kind, id }) => [kind, id])).toEqual([
      ['play', `speaker-1/${speaker.journal.boot}/1`],
      ['event', `speaker-1/${speaker.journal.boot}/2`],
    ]);
    expect(detail.slots[0]?.record).toBe(detail.records[0]?.id);
    expect(detail.devices.map(({ id, assignment }) => [id, (assignment?.issued ?? 0) > 0])).toEqual([
      ['speaker-1', true],
    ]);
    expect(detail.span).toEqual({ from: at('00:00'), to: at('24:00') });
    const audio = detail.slots[0]?.audio ?? '';
    const heard = await gateway.call('GET', audio);
    expect([heard.status, heard.headers.get('content-type')]).toEqual([200, 'audio/mpeg']);
    const waveform = await gateway.get<{ durationMs: number; peaks: number[] }>(
      audio.replace('/blobs/', '/api/waveforms/'),
    );
    expect(waveform.durationMs).toBeGreaterThan(500);
    expect(Math.max(...waveform.peaks)).toBeGreaterThan(0);
  });

  it('counts the day', async () => {
    const view = dayViewSchema.parse(await gateway.get(`/api/days/${day}`));
    expect(view.now).toBe(gateway.clock.now());
    expect(view.totals).toMatchObject({ verified: 1, heard: 1, missed: 0 });
    expect(view.devices).toEqual({ known: 4, online: 2 });
    expect(view.kinds.find(({ id }) => id === 'estate')).toMatchObject({ covered: 1 });
  });

  it('lists every slot of a day for programs', async () => {
    const ledger = await gateway.get<{ device?: string; site?: string; trigger?: string }[]>(`/api/ledger/${day}`);
    expect(ledger.filter(({ device }) => device === 'speaker-1')).toHaveLength(2);
    expect(
      ledger
        .filter(({ trigger }) => trigger === 'stop-arrival')
        .map(({ site }) => site)
        .sort(),
    ).toEqual(['stop-1', 'stop-2']);
  });

  it('tells of what was refused, the newest first, as many as are asked for', async () => {
    const [reject] = z.array(rejectViewSchema).parse(await gateway.get('/api/rejects?limit=1'));
    expect(reject).toMatchObject({ device: 'speaker-1', topic: 'records', code: 'message-not-json', bytes: 11 });
    expect((await gateway.call('GET', '/api/rejects?limit=0')).status).toBe(400);
  });
});

describe('refusals', () => {
  const refused: [string, string, unknown, number, string][] = [
    ['GET', '/api/days/2026-13-01', undefined, 400, 'request-malformed'],
    ['GET', '/api/days/today', undefined, 400, 'request-malformed'],
    ['GET', `/api/places/site/nowhere/days/${day}`, undefined, 404, 'place-unknown'],
    ['GET', `/api/places/tree/estate-1/days/${day}`, undefined, 400, 'request-malformed'],
    ['GET', `/api/candidates/${'0'.repeat(64)}`, undefined, 404, 'candidate-unknown'],
    ['GET', `/api/waveforms/${'0'.repeat(64)}`, undefined, 404, 'blob-missing'],
    ['GET', '/api/nothing', undefined, 404, 'not-found'],
    ['POST', '/api/claims', { devices: ['speaker-9'] }, 404, 'device-unknown'],
    ['POST', '/api/claims', Buffer.from('{'), 415, 'request-malformed'],
    ['POST', '/api/devices/speaker-9/revoke', undefined, 404, 'device-unknown'],
    ['POST', '/api/releases', undefined, 422, 'message-not-json'],
    ['POST', '/api/releases', Buffer.from('rubbish'), 422, 'message-not-json'],
    ['POST', '/api/releases', { v: 1 }, 422, 'message-malformed'],
    ['POST', '/api/content', {}, 400, 'request-malformed'],
    ['POST', '/api/content', { directory: '/no/such/folder' }, 422, 'content-refused'],
    ['POST', '/api/days/never/close', undefined, 400, 'request-malformed'],
    ['PUT', '/api/claims', {}, 404, 'not-found'],
    ['DELETE', '/', undefined, 404, 'not-found'],
  ];
  it.each(refused)('%s %s', async (method, path, body, status, code) => {
    const answer = await gateway.admin(method, path, body);
    expect([answer.status, codeIn(answer)]).toEqual([status, code]);
    const { message } = problemSchema.parse(answer.body);
    expect(message.zh.length * message.en.length).toBeGreaterThan(0);
  });

  it('do not read bodies without end', async () => {
    const answer = await gateway.admin('POST', '/api/releases', Buffer.alloc(9 * 1024 * 1024, ' '));
    expect([answer.status, codeIn(answer)]).toEqual([413, 'request-malformed']);
  });
});

describe('an administrator', () => {
  it('looks at a candidate, signs it, and closes a day', async () => {
    const answer = await gateway.admin('POST', `/api/days/2026-11-19/close`);
    expect(answer.body).toEqual({ day: '2026-11-19' });
    expect(await gateway.get('/api/days')).toEqual({ today: day, closed: ['2026-11-19'] });
    expect(dayViewSchema.parse(await gateway.get('/api/days/2026-11-19')).closed).toBe(true);
  });

  it('makes codes for all that are not enrolled', async () => {
    const { status, body } = await gateway.admin('POST', '/api/claims', {});
    expect(status).toBe(200);
    const enrolled = z.array(deviceViewSchema).parse(await gateway.get('/api/devices'));
    const codes = (body as { device: string }[]).map(({ device }) => device);
    expect(codes).toEqual(enrolled.filter((device) => !device.enrolled).map(({ id }) => id));
  });

  it('shuts a device out, which ends its connection and what is expected of it', async () => {
    const closed = new Promise<void>((resolve) => speaker.client.once('close', () => resolve()));
    const { status, body } = await gateway.admin('POST', '/api/devices/speaker-1/revoke');
    expect([status, deviceViewSchema.parse(body).enrolled]).toEqual([200, false]);
    await closed;
    const detail = placeDetailSchema.parse(await gateway.get(`/api/places/site/estate-1/days/${day}`));
    expect(detail.slots.map(({ startAt }) => startAt)).toEqual([at('07:00')]);
    const basic = { authorization: `Basic ${Buffer.from(`speaker-1:${speaker.secret}`).toString('base64')}` };
    const campaigns = await gateway.get<z.infer<typeof campaignViewSchema>[]>('/api/campaigns');
    const answer = await gateway.call('GET', `/blobs/${campaigns[0]?.releases[0]?.sha256}`, undefined, basic);
    expect([answer.status, codeIn(answer)]).toEqual([401, 'unauthorised']);
  });
});

describe('beside the API', () => {
  it('health and metrics tell how the gateway is', async () => {
    const health = await gateway.get<{ status: string; content: boolean; jobs: Record<string, number> }>('/health');
    expect(health).toMatchObject({ status: 'ok', content: true });
    expect(Object.keys(health.jobs).sort()).toEqual([
      'backup',
      'close-day',
      'keep-prediction',
      'refresh-assignments',
      'retention',
    ]);
    const metrics = await gateway.call('GET', '/metrics');
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    const text = String(metrics.body);
    const value = (name: string) => Number(new RegExp(`^xiaolaba_${name} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('devices_known')).toBe(4);
    expect(value('records_total')).toBe(2);
    expect(value('rejects_total')).toBe(1);
    expect(value('beats_total')).toBe(1);
    expect(value('resident_memory_bytes')).toBeGreaterThan(0);
  });

  it('the description names every route that is not for people or machines of the house', async () => {
    const { paths } = await gateway.get<Description>('/docs/json');
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/district', '/api/days/{day}', '/blobs/{sha256}', '/enrol', '/health']),
    );
    const page = await gateway.call('GET', '/docs/');
    expect(page.headers.get('content-type')).toContain('text/html');
  });

  it('pages are served to whoever asks for one, and only to them', async () => {
    const get = (path: string, method = 'GET') => gateway.call(method, path);
    for (const path of ['/', '/index.html', '/places/site/estate-1', '/?day=2026-11-20']) {
      const { status, headers, body } = await get(path);
      expect([path, status, headers.get('content-type')?.split(';')[0]]).toEqual([path, 200, 'text/html']);
      expect(headers.get('cache-control')).toBe('no-cache');
      expect(String(body)).toContain('console');
    }
    const built = await get('/assets/index-0a1b2c3d.js');
    expect(built.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    for (const [path, method] of [
      ['/assets/index-gone.js', 'GET'],
      ['/api/places', 'GET'],
      ['/blobs', 'GET'],
      ['/places', 'POST'],
      ['/places', 'DELETE'],
    ] as const) {
      const answer = await get(path, method);
      expect([path, answer.status, codeIn(answer)]).toEqual([path, 404, 'not-found']);
    }
    expect((await get('/..%2f..%2fetc%2fpasswd')).body?.toString()).not.toContain('root:');
  });
});
