import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EnrolRequest, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../commands/index.js';
import { readIdentity } from './identity-file.js';

const code = 'ABCD-EFGH-JKLM-NPQR';
const gatewayKeys = generateKeyPair();
const approver = generateKeyPair();
let folder: string;
let server: Server;
let url: string;
let asked: EnrolRequest[];
let secret: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xiaolaba-enrol-'));
  await writeFile(join(folder, 'approver.pub'), `${toBase64(approver.publicKey.bytes)}\n`);
  asked = [];
  secret = 's'.repeat(43);
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as EnrolRequest;
      asked.push(body);
      if (body.code !== code) return void response.writeHead(403).end(JSON.stringify({ code: 'claim-unknown' }));
      const { publicKey } = gatewayKeys;
      const gatewayKey = { alg: 'Ed25519', kid: publicKey.kid, key: toBase64(publicKey.bytes) };
      response.end(JSON.stringify({ device: body.device, place: 'site/estate-01', secret, gatewayKey }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await rm(folder, { recursive: true, force: true });
});

async function command(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const exit = await commands[0]?.run(args, {
    stdout: (text) => {
      said.out += text;
    },
    stderr: (text) => {
      said.err += text;
    },
    language: 'zh-CN',
    signal: new AbortController().signal,
  });
  return { exit: exit ?? -1, ...said };
}
const enrolArgs = (claim: string): string[] => [
  ...['enrol', '--json', '--gateway', url, '--device', 'ls-0001', '--code', claim],
  ...['--approver-key', join(folder, 'approver.pub'), '--out', join(folder, 'out')],
];

describe('enrolling', () => {
  it('writes an identity that only its owner reads', async () => {
    const { exit, out } = await command(...enrolArgs(code));
    expect(exit).toBe(0);
    const { path } = JSON.parse(out) as { path: string };
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const identity = await readIdentity(path);
    expect(identity).toMatchObject({ device: 'ls-0001', profile: 'loudspeaker', place: 'site/estate-01', secret });
    expect(asked[0]?.publicKey).toBe(toBase64(identity.keys.publicKey.bytes));
    expect(identity.gateway.kid).toBe(gatewayKeys.publicKey.kid);
    expect(identity.approvers.map(({ kid }) => kid)).toEqual([approver.publicKey.kid]);
  });

  it('pins root keys in place of approvers, and how many of them must sign', async () => {
    const second = generateKeyPair();
    await writeFile(join(folder, 'second.pub'), JSON.stringify({ key: toBase64(second.publicKey.bytes) }));
    const rest = ['--gateway', url, '--device', 'ls-0001', '--code', code, '--out', join(folder, 'out')];
    const roots = ['--root-key', join(folder, 'approver.pub'), '--root-key', join(folder, 'second.pub')];
    expect((await command('enrol', ...rest, ...roots, '--root-signatures', '3')).exit).toBe(2);
    expect((await command('enrol', ...rest, ...roots, '--approver-key', join(folder, 'second.pub'))).exit).toBe(2);
    expect(asked).toEqual([]);
    expect((await command('enrol', ...rest, ...roots)).exit).toBe(0);
    const { root, approvers } = await readIdentity(join(folder, 'out', 'identity.json'));
    expect(root?.keys.map(({ kid }) => kid)).toEqual([approver.publicKey.kid, second.publicKey.kid]);
    expect([root?.threshold, approvers]).toEqual([2, []]);
  });

  it('writes nothing when the gateway refuses', async () => {
    expect((await command(...enrolArgs('ZZZZ-ZZZZ-ZZZZ-ZZZZ'))).exit).toBe(2);
    await expect(stat(join(folder, 'out'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does not spend the code where the approver key is missing', async () => {
    await rm(join(folder, 'approver.pub'));
    expect((await command(...enrolArgs(code))).exit).toBe(2);
    expect(asked).toEqual([]);
  });

  it('does not take an answer that is none', async () => {
    secret = 'short';
    expect((await command(...enrolArgs(code))).exit).toBe(1);
  });

  it('names the options that are missing', async () => {
    const { exit, err } = await command('enrol', '--device', 'ls-0001');
    expect(exit).toBe(2);
    for (const name of ['gateway', 'code', 'root-key', 'out']) expect(err).toContain(`--${name}`);
    expect((await command()).exit).toBe(2);
    expect((await command('--nonsense')).exit).toBe(2);
  });
});
