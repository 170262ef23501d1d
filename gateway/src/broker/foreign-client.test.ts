import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, openBench, secret, until } from './testing/harness.js';

/** Debian's `mosquitto-clients`. */
const programs = { subscribe: 'mosquitto_sub', publish: 'mosquitto_pub' };
const installed = spawnSync(programs.subscribe, ['--help']).error === undefined;

describe.skipIf(!installed)('mosquitto_sub and mosquitto_pub', () => {
  let bench: Bench;
  const running: ChildProcess[] = [];
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill();
    await bench.close();
  });

  function run(program: string, args: readonly string[], login: readonly string[]) {
    const child = spawn(program, ['-h', '127.0.0.1', '-p', `${bench.broker.port}`, ...login, ...args]);
    running.push(child);
    const result = { lines: [] as string[], code: undefined as number | null | undefined };
    child.stdout.on('data', (data: Buffer) => result.lines.push(...data.toString().split('\n').filter(Boolean)));
    child.on('close', (code) => {
      result.code = code;
    });
    return result;
  }
  const as = (device: string, password = secret) => ['-i', device, '-u', device, '-P', password];

  it('with credentials sees only the topics of that device', async () => {
    await bench.broker.publish('horn-1', 'assignment', 'mine, kept');
    await bench.broker.publish('horn-2', 'assignment', 'of another');
    const listening = run(
      programs.subscribe,
      ['-v', '-q', '1', '-t', 'xlb/1/horn-1/#', '-t', '#', '-t', 'xlb/#'],
      as('horn-1'),
    );
    await until(() => listening.lines.length > 0);
    await bench.broker.publish('horn-2', 'command', 'of another');
    await bench.broker.publish('horn-1', 'command', 'mine');
    await until(() => listening.lines.some((line) => line.endsWith('mine')));
    expect(listening.lines.filter((line) => line.startsWith('xlb/'))).toEqual([
      'xlb/1/horn-1/assignment mine, kept',
      'xlb/1/horn-1/command mine',
    ]);
  });

  it('with credentials sends only what that device may', async () => {
    const own = run(programs.publish, ['-q', '1', '-t', 'xlb/1/horn-1/hello', '-m', 'hello'], as('horn-1'));
    await until(() => own.code !== undefined);
    expect(own.code).toBe(0);
    const foreign = run(programs.publish, ['-q', '1', '-t', 'xlb/1/horn-2/hello', '-m', 'forged'], as('horn-1'));
    await until(() => bench.refused('foreign-topic') > 0);
    expect(foreign.code === 0).toBe(false);
    expect(bench.received.map(({ device, text }) => `${device} ${text}`)).toEqual(['horn-1 hello']);
  });

  it('without credentials gets nothing', async () => {
    await bench.broker.publish('horn-1', 'assignment', 'secret');
    const attempts = [['-i', 'horn-1'], as('horn-1', 'guess'), [], ['-V', 'mqttv5', ...as('horn-1')]].map((login) =>
      run(programs.subscribe, ['-v', '-W', '5', '-t', 'xlb/1/horn-1/#'], login),
    );
    await until(() => attempts.every(({ code }) => code !== undefined));
    expect(attempts.map(({ code }) => code === 0)).toEqual([false, false, false, false]);
    expect(attempts.flatMap(({ lines }) => lines.filter((line) => line.includes('secret')))).toEqual([]);
    expect(bench.broker.stats().delivered).toBe(0);
  });
});
