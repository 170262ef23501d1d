import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dayOf, encodeMessage, fromBase64, type KeyList, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { generateKeyPair, publicKeyFrom } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertView, PlaceDetail } from '../api/contract.js';
import { readCap } from '../orders/cap.js';
import { MqttDevice } from '../testing/mqtt-device.js';
import { TestGateway } from '../testing/open-gateway.js';
import { tickerContent } from '../testing/ticker-content.js';
import { alertCommand } from './alert.js';
import { keyCommand } from './key.js';

const text = `id: calls
title: { zh: 假公安来电, en: False police }
event: { zh: 诈骗高发, en: Fraud }
severity: severe
spoken: [{ dialect: cmn, text: "{area}请注意。" }]
sign: "{area}有假公安打电话。马上挂断。"
fields: [{ id: area, label: { zh: 地方, en: Area }, preset: 本地, longest: 12 }]
`;
let gateway: TestGateway;
let keys: string[];
beforeEach(async () => {
  gateway = await TestGateway.open({ changes: { ...tickerContent(), 'alerts/calls.yaml': text } });
  expect((await gateway.import()).status).toBe(200);
  keys = ['one.key', 'two.key'].map((name) => join(gateway.root, name));
  const root = generateKeyPair();
  const listed = (bytes: Uint8Array) => {
    const { alg, kid } = publicKeyFrom(bytes);
    return { alg, kid, key: toBase64(bytes) };
  };
  const approvers: KeyList['approvers'] = [];
  for (const [index, file] of keys.entries()) {
    const { key } = JSON.parse(await run(['--out', file, '--json'], keyCommand)) as { key: string };
    approvers.push({ ...listed(fromBase64(key) ?? new Uint8Array()), name: `approver ${index}`, may: ['alert'] });
  }
  const list: KeyList = {
    ...{ v: 1, version: 1, issuedAt: 1, approvers },
    root: { keys: [listed(root.publicKey.bytes)], threshold: 1 },
    thresholds: { release: 1, stop: 1, alert: 2 },
  };
  await gateway.admin('POST', '/api/key-lists', await sealEnvelope('key-list', encodeMessage(list), [root.signer]));
});
afterEach(() => gateway.close());

async function run(args: string[], command: CommandSpec = alertCommand, language: 'en' | 'zh-CN' = 'en') {
  let out = '';
  const stdout = (more: string) => {
    out += more;
  };
  const { signal } = new AbortController();
  const there = command === alertCommand ? ['--gateway', gateway.gateway.url, '--data', gateway.data] : [];
  expect(await command.run([...args, ...there], { stdout, stderr: () => undefined, language, signal })).toBe(0);
  return out;
}
const idIn = (out: string): string => /(?:alert|exercise)-\d{8}-\d{4}-[0-9a-f]{6}/.exec(out)?.[0] ?? '';
const prepared = ['--scope', 'everywhere', '--output', 'text', '--text', 'calls', '--field', 'area=东湖'];

it('lists prepared texts and shows beforehand what an alert comes to', async () => {
  expect(await run(['texts'])).toContain('False police\n    {area}有假公安打电话。');
  expect(await run(['texts'], alertCommand, 'zh-CN')).toContain('假公安来电');
  const preview = await run(['preview', ...prepared]);
  expect(preview).toContain('【演练】东湖有假公安打电话。');
  expect(preview).toContain('2 signatures');
  expect(await run(['list'])).toBe('');
});

it('is given with two keys at once, listed, and ended', async () => {
  const given = await run(['give', ...prepared, '--key', keys[0] ?? '', '--key', keys[1] ?? '']);
  expect(given).toContain('1 more approvers have to sign');
  expect(given).toContain('On air');
  const id = idIn(given);
  expect(id).toMatch(/^exercise-/);
  expect(await run(['list'])).toContain(`${id}  exercise  on-air`);
  expect(await run(['list'], alertCommand, 'zh-CN')).toContain(`${id}  演练  播出中`);
  expect(await run(['end', id, '--reason', 'done'])).toContain(`${id}  exercise  ended`);
});

it('is signed one after the other, and refuses what it is called with wrongly', async () => {
  const id = idIn(await run(['give', ...prepared, '--actual', '--key', keys[0] ?? '']));
  expect(id).toMatch(/^alert-/);
  expect(await run(['list'])).toContain(`${id}  actual  waiting`);
  expect(await run(['sign', id, '--key', keys[1] ?? ''])).toContain('On air');
  await expect(run(['give', '--text', 'calls'])).rejects.toMatchObject({ code: 'option-missing' });
  await expect(run(['give', ...prepared, '--field', 'area'])).rejects.toMatchObject({ code: 'pair-malformed' });
  await expect(run(['end', id])).rejects.toMatchObject({ code: 'option-missing' });
  await expect(run(['sing'])).rejects.toMatchObject({ code: 'option-unknown' });
});

it('goes out as CAP, is cancelled so, and comes in from elsewhere', async () => {
  const id = idIn(await run(['give', ...prepared, '--key', keys[0] ?? '', '--key', keys[1] ?? '']));
  const [out, cancelled] = ['out.xml', 'cancel.xml'].map((name) => join(gateway.root, name));
  await run(['cap-out', id, out ?? '']);
  expect(readCap(await readFile(out ?? ''))).toMatchObject({ identifier: id, status: 'Exercise', msgType: 'Alert' });
  await run(['end', id, '--reason', 'done']);
  await run(['cap-out', id, cancelled ?? '', '--cancel']);
  expect(readCap(await readFile(cancelled ?? ''))).toMatchObject({ msgType: 'Cancel' });
  const taken = await run(['cap-in', out ?? '']);
  expect(taken).toMatch(/^alert /);
  expect(idIn(taken.slice(taken.indexOf('\n')))).toMatch(/^exercise-/);
  expect(await run(['cap-in', out ?? ''])).toMatch(/^duplicate /);
});

it('never counts as coverage while it is an exercise', async () => {
  const sign = await MqttDevice.enrol(gateway, 'sign-1');
  const day = dayOf(gateway.clock.now(), 'Asia/Shanghai');
  const campaigns = async () => {
    await gateway.gateway.settled();
    const { slots } = await gateway.get<PlaceDetail>(`/api/places/site/estate-1/days/${day}`);
    return new Set(slots.map(({ campaign }) => campaign));
  };
  const exercise = idIn(await run(['give', ...prepared, '--key', keys[0] ?? '', '--key', keys[1] ?? '']));
  const actual = idIn(await run(['give', ...prepared, '--actual', '--key', keys[0] ?? '', '--key', keys[1] ?? '']));
  expect((await gateway.get<AlertView[]>('/api/alerts')).map(({ state }) => state)).toEqual(['on-air', 'on-air']);
  const counted = await campaigns();
  await sign.close();
  expect(counted).toContain(actual);
  expect(counted).not.toContain(exercise);
});
