import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { worldError } from '@xiaolaba/protocol';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandPackages, knownPackages } from './commands.js';
import { main } from './main.js';

const playlists = fileURLToPath(new URL('../../playlists', import.meta.url));
const gateway = knownPackages['@xiaolaba/gateway'];
const packages: CommandPackages = gateway ? { '@xiaolaba/gateway': gateway } : {};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xiaolaba-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function cli(argv: readonly string[], environment: Record<string, string> = {}, known = packages) {
  let out = '';
  let err = '';
  const terminal = {
    stdout: (text: string) => {
      out += text;
    },
    stderr: (text: string) => {
      err += text;
    },
    environment,
  };
  return { code: await main(argv, terminal, known), out, err };
}

const hasChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);

/** A package whose one command throws. */
const failing = (error: unknown): CommandPackages => {
  const command: CommandSpec = {
    name: 'fail',
    summary: { zh: '出错', en: 'Fail' },
    usage: { zh: '用法', en: 'Usage' },
    run: () => Promise.reject(error),
  };
  return { test: async () => ({ commands: [command] }) };
};

describe('command line', () => {
  it.each([[[]], [['help']], [['--help']], [['-h']]])('lists the commands for %j', async (argv) => {
    const chinese = await cli(argv);
    expect(chinese).toMatchObject({ code: 0, err: '' });
    expect(hasChinese(chinese.out)).toBe(true);
    for (const name of ['gateway', 'validate', 'import', 'approve', 'claim', 'key', 'backup', 'restore', 'schemas'])
      expect(chinese.out).toContain(`\n  ${name} `);
  });

  it('speaks English where it is asked to', async () => {
    const overview = (await cli(['--lang', 'en', 'help'])).out;
    expect(overview).toContain('Usage: xiaolaba <command>');
    expect((await cli(['help', '--lang=en'])).out).toBe(overview);
    expect((await cli(['help'], { XIAOLABA_LANG: 'en' })).out).toBe(overview);
    expect((await cli(['help'], { LANG: 'en_GB.UTF-8' })).out).toBe(overview);
    expect(hasChinese((await cli(['help'], { LANG: 'zh_CN.UTF-8' })).out)).toBe(true);
    expect(hasChinese((await cli(['help', '--lang', 'zh'], { LANG: 'en_GB.UTF-8' })).out)).toBe(true);
  });

  it('tells how to use each command, in both languages and without running it', async () => {
    const { commands } = await (gateway ?? Promise.reject)();
    for (const { name } of commands) {
      for (const language of ['zh', 'en']) {
        const help = await cli(['help', name, '--lang', language]);
        expect(help, name).toMatchObject({ code: 0, err: '' });
        expect(help.out).toContain(`xiaolaba ${name}`);
        expect(await cli([name, '--help', '--lang', language])).toEqual(help);
        if (language === 'en') expect(hasChinese(help.out), name).toBe(false);
      }
    }
  });

  it('takes no unknown command and no unknown option', async () => {
    expect(await cli(['broadcast'])).toMatchObject({ code: 2, out: '' });
    expect(await cli(['help', 'broadcast'])).toMatchObject({ code: 2, out: '' });
    expect(await cli(['validate', '--jsn'])).toMatchObject({ code: 2, out: '' });
    expect(await cli(['key', '--out'])).toMatchObject({ code: 2, out: '' });
    for (const argv of [['gateway'], ['import'], ['key'], ['backup'], ['restore'], ['convert-sites', 'a.csv']])
      expect(await cli(argv), argv.join(' ')).toMatchObject({ code: 2, out: '' });
  });

  it('does without packages that are not installed, and says which', async () => {
    const absent = { '@xiaolaba/no-such': async () => await import(String('@xiaolaba/no-such/commands')) };
    const help = await cli(['help'], {}, { ...packages, ...absent });
    expect(help.code).toBe(0);
    expect(help.out).toContain('@xiaolaba/no-such');
    const broken = { '@xiaolaba/broken': () => Promise.reject(new SyntaxError('broken')) };
    expect((await cli(['help'], {}, { ...packages, ...broken })).code).toBe(1);
  });

  it('tells the outside world from what the caller can mend', async () => {
    const world = await cli(['fail'], {}, failing(worldError('store-unusable', 'the disk is gone')));
    expect(world).toMatchObject({ code: 3, out: '' });
    expect(world.err).toContain('store-unusable');
    const port = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', syscall: 'listen', port: 1883 });
    const taken = await cli(['fail'], {}, failing(port));
    expect(taken.code).toBe(3);
    expect(taken.err).toContain('1883');
    expect(taken.err).not.toContain('at ');
    const bug = await cli(['fail'], {}, failing(new RangeError('a bug')));
    expect(bug.code).toBe(1);
    expect(bug.err).toContain('main.test.ts');
  });

  it.each([
    ['gateway-unreachable', ['claim', '--token', 'x', '--gateway', 'http://127.0.0.1:9'], 3],
    ['token-missing', ['approve', '--list', '--data', '/nonexistent'], 1],
    ['file-unreadable', ['convert-sites', '/nonexistent.csv', '--from', 'GCJ02'], 1],
    ['data-missing', ['backup', '--data', '/nonexistent', '/nonexistent/backup'], 1],
    ['backup-unusable', ['restore', '--data', '/nonexistent', '/nonexistent/backup'], 1],
    ['settings-unreadable', ['gateway', '--data', '/nonexistent', '--config', '/nonexistent.yaml'], 1],
  ])('explains %s', async (errorCode, argv, code) => {
    const chinese = await cli(argv);
    expect(chinese).toMatchObject({ code, out: '' });
    expect(chinese.err).toContain(errorCode);
    expect(hasChinese(chinese.err.replace(/^出错/, ''))).toBe(true);
    expect(hasChinese((await cli([...argv, '--lang', 'en'])).err)).toBe(false);
  });

  it('validates content: 0 where it may be used, 1 where not', async () => {
    const json = await cli(['validate', playlists, '--json']);
    expect(json).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, sites: 270, routes: 12, devices: 750, campaigns: 13 });
    expect(await cli(['validate', playlists])).toMatchObject({ code: 0, err: '' });

    await writeFile(join(folder, 'district.yaml'), 'id: [\n');
    const broken = await cli(['validate', folder, '--json']);
    expect(broken.code).toBe(1);
    const report = JSON.parse(broken.out) as { ok: boolean; problems: { code: string; file: string; line?: number }[] };
    expect(report.ok).toBe(false);
    expect(report.problems).toContainEqual(
      expect.objectContaining({ code: 'yaml-syntax', file: 'district.yaml', line: expect.any(Number) }),
    );
    expect((await cli(['validate', join(folder, 'nowhere')])).code).toBe(1);
  });

  it('makes a key that only its owner reads and never overwrites one', async () => {
    const path = join(folder, 'approver.key');
    const made = await cli(['key', '--out', path, '--json']);
    expect(made.code).toBe(0);
    expect(JSON.parse(made.out)).toEqual({
      kid: expect.stringMatching(/^[0-9a-f]{16}$/),
      key: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const seed = await readFile(path, 'utf8');
    expect(made.out).not.toContain(seed.trim());
    const again = await cli(['key', '--out', path]);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toContain('key-file-exists');
    expect(await readFile(path, 'utf8')).toBe(seed);
  });

  it('converts a table of sites', async () => {
    const header = `编号,类型,名称,英文名称,乡镇,派出所,经度,纬度,方言,静音时段,音量上限,声环境功能区,人数`;
    const table = join(folder, 'table.csv');
    await writeFile(table, `${header}\r\na1,estate,甲,A,town,station,116.404,39.915,cmn,22:00-06:00,70,2,9\r\n`);
    const printed = await cli(['convert-sites', table, '--from', 'gcj-02']);
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toMatch(/^\uFEFF?id,kind,.*\na1,estate,甲,A,town,station,116\.397\d+,39\.913\d+,/);
    const out = join(folder, 'sites.csv');
    expect(await cli(['convert-sites', table, '--from', 'GCJ02', '--out', out])).toMatchObject({ code: 0, out: '' });
    expect(await readFile(out, 'utf8')).toBe(printed.out);

    await writeFile(table, `${header}\na1,estate,甲,A,town,station,east,39.915,cmn,22:00-06:00,70,2,9\n`);
    const wrong = await cli(['convert-sites', table, '--from', 'GCJ02']);
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err).toContain('table.csv:2 longitude');
  });

  it('writes the JSON Schemas', async () => {
    const target = join(folder, 'schemas');
    const written = await cli(['schemas', target]);
    expect(written.code).toBe(0);
    expect(written.out.trim().split('\n')).toContain(join(target, 'campaign.schema.json'));
    expect(JSON.parse(await readFile(join(target, 'campaign.schema.json'), 'utf8'))).toHaveProperty('properties.cues');
  });

  it('prints a unit that runs this very gateway', async () => {
    const unit = await cli(['gateway', '--data', join(folder, 'my data'), '--config', '/etc/50%.yaml', '--print-unit']);
    expect(unit).toMatchObject({ code: 0, err: '' });
    const start = unit.out.split('\n').find((line) => line.startsWith('ExecStart='));
    expect(start).toContain(` gateway --data "${join(folder, 'my data')}" --config /etc/50%%.yaml`);
    expect(unit.out).toContain(`ReadWritePaths="${join(folder, 'my data')}"`);
  });
});
