import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@xiaolaba/protocol/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBlobStore } from '../library/index.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { TestGateway } from '../testing/open-gateway.js';
import { tickerContent } from '../testing/ticker-content.js';
import { problemSchema } from './contract.js';

let gateway: TestGateway;
let file: (name: string) => string;
const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
const name = sha256(bytes);
const etag = `"${name}"`;

beforeAll(async () => {
  gateway = await TestGateway.open({ changes: tickerContent() });
  const blobs = await openBlobStore(join(gateway.data, 'blobs'));
  file = (sha) => blobs.path(sha);
  await blobs.put(bytes);
});
afterAll(() => gateway.close());

const get = (headers: Record<string, string> = {}, method = 'GET') =>
  gateway.call(method, `/blobs/${name}`, undefined, headers);
const put = async (content: Buffer): Promise<string> => {
  const blobs = await openBlobStore(join(gateway.data, 'blobs'));
  return (await blobs.put(content)).sha256;
};

describe('a blob', () => {
  it('is served whole, under a tag that never changes', async () => {
    const { status, headers, body } = await get();
    expect(status).toBe(200);
    expect(body).toEqual(bytes);
    expect(
      Object.fromEntries(
        ['etag', 'accept-ranges', 'content-length', 'cache-control'].map((one) => [one, headers.get(one)]),
      ),
    ).toEqual({
      etag,
      'accept-ranges': 'bytes',
      'content-length': '1000',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  it.each([
    ['bytes=0-', 0, 999],
    ['bytes=0-0', 0, 0],
    ['bytes=10-19', 10, 19],
    ['bytes=990-5000', 990, 999],
    ['bytes=-10', 990, 999],
    ['bytes=-5000', 0, 999],
  ])('is served in part: %s', async (range, start, end) => {
    const { status, headers, body } = await get({ range });
    expect([status, headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/1000`]);
    expect(headers.get('content-length')).toBe(String(end - start + 1));
    expect(body).toEqual(bytes.subarray(start, end + 1));
  });

  it.each(['bytes=0-1,5-9', 'lines=0-1', 'bytes=-', 'bytes=a-b', 'bytes 0-1'])(
    'is served whole where a range is none of ours: %s',
    async (range) => {
      const { status, body } = await get({ range });
      expect([status, (body as Buffer).length]).toEqual([200, 1000]);
    },
  );

  it.each(['bytes=1000-', 'bytes=1000-1001', 'bytes=-0'])('has no such part: %s', async (range) => {
    const { status, headers, body } = await get({ range });
    expect([status, problemSchema.parse(body).code]).toEqual([416, 'range-invalid']);
    expect(headers.get('content-range')).toBe('bytes */1000');
    expect(headers.get('cache-control')).toBeNull();
  });

  it('is resumed only if it is still the same', async () => {
    expect((await get({ range: 'bytes=10-19', 'if-range': etag })).status).toBe(206);
    expect((await get({ range: 'bytes=10-19', 'if-range': '"another"' })).status).toBe(200);
  });

  it.each([etag, `W/${etag}`, `"a", ${etag}`, '*'])('is not sent again to whoever has it: %s', async (tag) => {
    const { status, headers, body } = await get({ 'if-none-match': tag });
    expect([status, headers.get('etag'), (body as Buffer).length]).toEqual([304, etag, 0]);
    expect((await get({ 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('is described without being sent', async () => {
    const { status, headers, body } = await get({}, 'HEAD');
    expect([status, headers.get('content-length'), headers.get('etag')]).toEqual([200, '1000', etag]);
    expect((body as Buffer).length).toBe(0);
  });

  it('that does not exist is not found, and nobody may remember that for a year', async () => {
    for (const headers of [{}, { 'if-none-match': '*' }]) {
      const answer = await gateway.call('GET', `/blobs/${'0'.repeat(64)}`, undefined, headers);
      expect([answer.status, problemSchema.parse(answer.body).code]).toEqual([404, 'blob-missing']);
      expect(answer.headers.get('cache-control')).toBeNull();
    }
    for (const wrong of ['abc', name.toUpperCase(), `..%2f${name}`, `${name}0`])
      expect((await gateway.call('GET', `/blobs/${wrong}`)).status).toBe(400);
  });

  it.each([
    ['OggS....', 'audio/ogg'],
    ['RIFF....', 'audio/wav'],
    ['ID3.....', 'audio/mpeg'],
    ['{"v":1}', 'application/json'],
    ['x', 'application/octet-stream'],
  ])('is what its first bytes say: %s', async (head, type) => {
    const sha = await put(Buffer.from(head));
    expect((await gateway.call('HEAD', `/blobs/${sha}`)).headers.get('content-type')?.split(';')[0]).toBe(type);
  });
});

describe('a blob whose file was tampered with', () => {
  const tamper: [string, (path: string) => Promise<void>][] = [
    [
      'changed',
      async (path) => writeFile(path, Buffer.concat([Buffer.from('evil'), (await readFile(path)).subarray(4)])),
    ],
    ['longer', (path) => appendFile(path, 'x')],
    ['shorter', (path) => truncate(path, 5)],
    ['emptied', (path) => truncate(path, 0)],
  ];
  it.each(tamper)('(%s) is never served, and mended by the right bytes', async (how, work) => {
    const content = Buffer.from(`an announcement, ${how}`);
    const sha = await put(content);
    expect((await gateway.call('GET', `/blobs/${sha}`)).body).toEqual(content);
    await work(file(sha));
    for (const headers of [{}, { range: 'bytes=0-3' }]) {
      const answer = await gateway.call('GET', `/blobs/${sha}`, undefined, headers);
      expect([answer.status, problemSchema.parse(answer.body).code]).toEqual([503, 'blob-corrupt']);
      expect(answer.headers.get('cache-control')).toBeNull();
      expect(answer.headers.get('etag')).toBeNull();
    }
    await put(content);
    expect((await gateway.call('GET', `/blobs/${sha}`)).body).toEqual(content);
  });
});

it('asks nobody who they are, but believes no false name', async () => {
  await gateway.import();
  const device = await MqttDevice.enrol(gateway, 'sign-1');
  const status = async (text: string) =>
    (await get({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })).status;
  expect(await status(`sign-1:${device.secret}`)).toBe(200);
  expect(await status(`sign-2:${device.secret}`)).toBe(401);
  expect(await status('sign-1:')).toBe(401);
});
