import { XiaolabaError } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.js';

function problemsOf(text: string): string[] {
  try {
    parseConfig(text, 'device.yaml');
  } catch (error) {
    if (error instanceof XiaolabaError && error.code === 'config-invalid')
      return (error.details.problems as string[]).map((problem) => problem.split(':')[0] ?? '');
    throw error;
  }
  return [];
}

describe('configuration', () => {
  it('takes the least', () => {
    const config = parseConfig(
      `gateway: { http: "https://gateway.example", mqtt: "mqtts://gateway.example" }
identity: /etc/xiaolaba/identity.json
data: /var/lib/xiaolaba
sound: { kind: alsa }
board: { port: /dev/ttyUSB0, relay: { pin: 7, wakeMs: 1500 }, level: { pin: A0, heardAt: 40 } }
`,
      'device.yaml',
    );
    expect(config).toMatchObject({
      limits: {},
      sound: { kind: 'alsa', device: 'default' },
      board: { baud: 57_600, relay: { contact: 'open' }, level: { kind: 'sound' } },
    });
  });

  it('names all problems at once, by their paths', () => {
    const text = `gateway: { http: "ftp://x", mqtt: "mqtt://x" }
data: ""
limits: { volumeCap: 200, quietHours: { from: "25:00", to: "06:00" } }
colour: red
`;
    expect(problemsOf(text).sort()).toEqual([
      'colour',
      'data',
      'gateway.http',
      'identity',
      'limits.quietHours.from',
      'limits.volumeCap',
    ]);
  });

  it('refuses what is not YAML', () => {
    expect(problemsOf('gateway: [')).not.toEqual([]);
  });
});
