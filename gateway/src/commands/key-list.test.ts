import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CampaignView } from '../api/contract.js';
import { TestGateway } from '../testing/open-gateway.js';
import { approveCommand } from './approve.js';
import { keyCommand } from './key.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xiaolaba-keys-'));
  await writeFile(join(folder, 'phrase'), '十二个红灯笼挂在桥头上\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inFolder = (name: string): string => join(folder, name);
async function run(
  command: typeof keyCommand,
  ...args: string[]
): Promise<{ code: number | string; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    stdout: (text: string) => {
      out += text;
    },
    stderr: (text: string) => {
      err += text;
    },
    language: 'en' as const,
    signal: new AbortController().signal,
  };
  return { code: await command.run(args, io).catch(errorCode), out, err };
}
const key = (...args: string[]) => run(keyCommand, ...args);

/** A person's key, and its public half in a file. */
async function person(name: string, ...more: string[]): Promise<string> {
  const { out } = await key('--out', inFolder(`${name}.key`), '--json', ...more);
  await writeFile(inFolder(`${name}.pub`), out);
  return `${name}=${inFolder(`${name}.pub`)}`;
}
const root = (): string[] => ['--root-key', inFolder('root.key')];
const out = (version: number): string[] => ['--out', inFolder(`list-${version}`)];
const from = (version: number): string[] => ['--list', inFolder(`list-${version}`)];

describe('key list', () => {
  it('is made and changed offline, and only by who has the root key', async () => {
    const made = await key('root', '--out', inFolder('root.key'));
    expect(made.code).toBe(0);
    expect(made.err).toContain('offline');
    expect((await stat(inFolder('root.key'))).mode & 0o777).toBe(0o600);
    const [chen, lin] = [await person('chen'), await person('lin')];
    const first = await key('list', 'make', ...root(), '--approver', chen, '--wide', '2:2', ...out(1));
    expect(first.code).toBe(0);
    expect(first.out).toContain('Mind: release needs 2, only 1 may');
    expect(
      (await key('list', 'add', ...from(1), ...root(), '--approver', lin, '--may', 'release', ...out(2))).code,
    ).toBe(0);
    expect((await key('list', 'add', ...from(2), ...root(), '--approver', lin, ...out(3))).code).toBe(
      'approver-listed',
    );
    expect((await key('list', 'revoke', ...from(2), ...root(), '--name', 'wang', ...out(3))).code).toBe(
      'approver-unlisted',
    );
    const forged = ['--root-key', inFolder('chen.key')];
    expect((await key('list', 'revoke', ...from(2), ...forged, '--name', 'lin', ...out(3))).code).toBe(
      'signature-unknown-key',
    );
    expect((await key('list', 'revoke', ...from(2), ...root(), '--name', 'lin', ...out(1))).code).toBe(
      'key-file-exists',
    );
    expect((await key('list', 'show', inFolder('list-2'))).out).toMatch(
      /Key list 2[\s\S]*chen {2}release,stop,alert\n[\s\S]*lin {2}release\n/,
    );
    expect((await key('list', 'make', ...from(2), ...root(), ...out(9))).code).toBe(2);
    expect((await key('list', 'add', ...from(2), ...root(), ...out(9), '--wide', 'many')).code).toBe(
      'message-malformed',
    );
  });

  it('goes on under another root key, with one that is wrapped', async () => {
    const phrase = ['--passphrase-file', inFolder('phrase')];
    await key('root', '--out', inFolder('root.key'));
    await key('root', '--out', inFolder('new.key'), '--wrap', ...phrase);
    expect(await readFile(inFolder('new.key'), 'utf8')).toContain('"kdf"');
    const [chen, renewed] = [await person('chen'), await person('chen-2')];
    await key('list', 'make', ...root(), '--approver', chen, ...out(1));
    const rotate = ['list', 'rotate', ...from(1), ...root(), '--new-root-key', inFolder('new.key'), ...phrase];
    expect((await key(...rotate, ...out(2))).code).toBe(0);
    const again = ['--approver', `chen=${renewed.slice(renewed.indexOf('=') + 1)}`];
    expect((await key('list', 'rotate', ...from(2), ...root(), ...again, ...out(3))).code).toBe(
      'signature-unknown-key',
    );
    const owned = ['--root-key', inFolder('new.key'), ...phrase];
    expect((await key('list', 'rotate', ...from(2), ...owned, ...again, ...out(3))).code).toBe(0);
    await writeFile(inFolder('phrase'), 'something else\n');
    expect((await key('list', 'rotate', ...from(3), ...owned, ...again, ...out(4))).code).toBe('passphrase-wrong');
  });

  it('is handed in, and then two people approve, one with a wrapped key', async () => {
    const gateway = await TestGateway.open();
    try {
      const phrase = ['--passphrase-file', inFolder('phrase')];
      await key('root', '--out', inFolder('root.key'));
      const people = ['--approver', await person('chen'), '--approver', await person('lin', '--wrap', ...phrase)];
      await key('list', 'make', ...root(), ...people, '--wide', '2:2', ...out(1));
      await gateway.import();
      const to = ['--gateway', gateway.gateway.url, '--token', gateway.gateway.token];
      expect((await key('list', 'submit', inFolder('list-1'), ...to)).out).toBe('Key list 1 is taken.\n');
      const [campaign] = (await gateway.get<CampaignView[]>('/api/campaigns')).filter(({ candidates }) =>
        candidates.some(({ places }) => places >= 2),
      );
      const approve = [campaign?.id ?? '', '--yes', ...to];
      const first = await run(approveCommand, ...approve, '--key', inFolder('chen.key'));
      expect(first.out).toContain('1 more approvers have to sign (so far chen)');
      const second = await run(approveCommand, ...approve, '--key', inFolder('lin.key'), ...phrase);
      expect(second.out).toContain('Signed: revision 1');
    } finally {
      await gateway.close();
    }
  });
});
