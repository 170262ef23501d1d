import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64, XiaolabaError } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approverKeys, checkSettings, environmentFields, readSettings } from './settings.js';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'xiaolaba-settings-'));
});
afterEach(() => rm(data, { recursive: true }));

const write = (text: string): Promise<void> => writeFile(join(data, 'gateway.yaml'), text);

/** Paths of the fields that are wrong, or the code where it is another error. */
async function wrong(environment: Record<string, string> = {}): Promise<string[]> {
  try {
    await readSettings(data, undefined, environment);
  } catch (error) {
    if (!(error instanceof XiaolabaError)) throw error;
    const problems = error.details['problems'];
    if (error.code !== 'settings-invalid' || !Array.isArray(problems)) return [error.code];
    return problems.map((problem: string) => problem.slice(0, problem.indexOf(':'))).sort();
  }
  return [];
}

describe('settings', () => {
  it('has a default for everything', async () => {
    const settings = await readSettings(data, undefined, {});
    expect(settings).toMatchObject({ dataDirectory: data, http: { port: 8080 }, mqtt: { port: 1883 }, approvers: [] });
    await write('# nothing yet\n');
    expect(await readSettings(data, undefined, {})).toEqual(settings);
  });

  it('lets the environment win over the file, field by field', async () => {
    await write('http: { host: 0.0.0.0, port: 81 }\nmqtt: { tls: { cert: a.pem, key: a.key } }\n');
    const settings = await readSettings(data, undefined, {
      XIAOLABA_HTTP_PORT: '82',
      XIAOLABA_TLS_CERT: 'b.pem',
      XIAOLABA_LOG: '',
      HOME: '/elsewhere',
    });
    expect(settings.http).toEqual({ host: '0.0.0.0', port: 82, proxies: [] });
    expect(settings.mqtt.tls).toEqual({ cert: 'b.pem', key: 'a.key', port: 8883 });
    expect(settings.log).toBe('info');
  });

  it('knows a field for every environment variable', async () => {
    const port = (name: string): boolean => name.endsWith('_PORT');
    const environment = Object.fromEntries(
      Object.keys(environmentFields).map((name) => [name, port(name) ? '1' : name === 'XIAOLABA_LOG' ? 'warn' : 'x']),
    );
    expect(await readSettings(data, undefined, environment)).toMatchObject({
      http: { host: 'x', port: 1 },
      mqtt: { host: 'x', port: 1, webSocketPort: 1, tls: { cert: 'x', key: 'x', port: 1 } },
      cacheDirectory: 'x',
      log: 'warn',
    });
  });

  it('reports all problems at once, each with its path', async () => {
    await write(`http: { port: 70000, prot: 1 }
mqtt: { port: yes, tls: { cert: a.pem } }
retention: { backups: 0 }
approvers: [{ name: Li, key: short }, { name: "", key: ${toBase64(generateKeyPair().publicKey.bytes)} }]
colour: red
`);
    expect(await wrong({ XIAOLABA_LOG: 'loud' })).toEqual([
      'approvers.0.key',
      'approvers.1.name',
      'colour',
      'http.port',
      'http.prot',
      'log',
      'mqtt.port',
      'mqtt.tls.key',
      'retention.backups',
    ]);
  });

  it.each(['null', 'true', '""', '[]', '1.5', '-1', '"80 "', '1e3x'])('takes %s for no port', async (text) => {
    await write(`http: { port: ${text} }\n`);
    expect(await wrong()).toEqual(['http.port']);
  });

  it('reports a section that is none even where the environment sets a field of it', async () => {
    await write('http: 5\n');
    expect(await wrong({ XIAOLABA_HTTP_PORT: '80' })).toEqual(['http']);
  });

  it('refuses what is no mapping or no YAML', async () => {
    await write('- a\n- b\n');
    expect(await wrong()).toEqual(['(root)']);
    await write('just words');
    expect(await wrong({ XIAOLABA_LOG: 'info' })).toEqual(['(root)']);
    await write('http: { port: 1\n');
    expect(await wrong()).toEqual(['settings-unreadable']);
    await write('log: info\nlog: warn\n');
    expect(await wrong()).toEqual(['settings-unreadable']);
  });

  it('wants the file that was named', async () => {
    await expect(readSettings(data, join(data, 'none.yaml'), {})).rejects.toMatchObject({
      code: 'settings-unreadable',
    });
  });

  it("takes approvers' public keys, never a key of small order", () => {
    const { publicKey } = generateKeyPair();
    const settings = checkSettings(data, { approvers: [{ name: '王', key: toBase64(publicKey.bytes) }] }, 'test');
    expect(approverKeys(settings).map(({ kid }) => kid)).toEqual([publicKey.kid]);
    const zero = toBase64(new Uint8Array(32));
    expect(() => checkSettings(data, { approvers: [{ name: '王', key: zero }] }, 'test')).toThrow(
      expect.objectContaining({
        code: 'settings-invalid',
        details: { file: 'test', problems: ['approvers.0.key: key-small-order'] },
      }),
    );
  });
});
