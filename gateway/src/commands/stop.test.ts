import { join } from 'node:path';
import { encodeMessage, fromBase64, type KeyList, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { generateKeyPair, publicKeyFrom } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestGateway } from '../testing/open-gateway.js';
import { tickerContent } from '../testing/ticker-content.js';
import { keyCommand } from './key.js';
import { stopCommand } from './stop.js';

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await TestGateway.open({ changes: tickerContent() });
  await gateway.import();
});
afterEach(() => gateway.close());

const run = async (command: CommandSpec, args: string[]): Promise<string> => {
  let out = '';
  const stdout = (text: string) => {
    out += text;
  };
  const { signal } = new AbortController();
  expect(await command.run(args, { stdout, stderr: () => undefined, language: 'en', signal })).toBe(0);
  return out;
};

it('waits for a second signature where the key list asks for two', async () => {
  const files = ['one.key', 'two.key'].map((name) => join(gateway.root, name));
  const root = generateKeyPair();
  const listed = (bytes: Uint8Array) => {
    const { alg, kid } = publicKeyFrom(bytes);
    return { alg, kid, key: toBase64(bytes) };
  };
  const approvers: KeyList['approvers'] = [];
  for (const [index, file] of files.entries()) {
    const { key } = JSON.parse(await run(keyCommand, ['--out', file, '--json'])) as { key: string };
    approvers.push({ ...listed(fromBase64(key) ?? new Uint8Array()), name: `approver ${index}`, may: ['stop'] });
  }
  const list: KeyList = {
    ...{ v: 1, version: 1, issuedAt: 1, approvers },
    root: { keys: [listed(root.publicKey.bytes)], threshold: 1 },
    thresholds: { release: 1, stop: 2, alert: 1 },
  };
  await gateway.admin('POST', '/api/key-lists', await sealEnvelope('key-list', encodeMessage(list), [root.signer]));
  const there = ['--gateway', gateway.gateway.url, '--data', gateway.data];
  const [one = '', two = ''] = files;
  const kept = await run(stopCommand, ['--scope', 'everywhere', '--reason', 'drill', '--key', one, ...there]);
  const number = /order (\d+), 1 of 2/.exec(kept)?.[1] ?? '';
  expect(number).not.toBe('');
  expect(await run(stopCommand, ['--list', ...there])).toContain(
    `${number}  stop  everywhere  drill  waits for signatures 1/2`,
  );
  const given = await run(stopCommand, ['--sign', number, '--key', two, ...there]);
  expect(given).toContain(`Stopped: order ${number}`);
  expect(await run(stopCommand, ['--list', ...there])).toContain('0/0 obeyed');
  await expect(run(stopCommand, ['--sign', number, '--key', two, ...there])).rejects.toThrow();
});
