import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { profiles } from '@xiaolaba/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conformanceCommand } from '../commands/conformance.js';
import type { HarnessEvent } from '../harness/harness-events.js';
import { HarnessGateway } from '../harness/harness-gateway.js';
import { checkIds } from './check-ids.js';
import { ElasticClock } from './clocks.js';
import { testMorning, testSpeed } from './defects/find-defect.js';
import { defects } from './defects/index.js';
import { SimulatedEndpoint } from './endpoint.js';
import { type ConformanceReport, placeOf, runReal, runSimulated } from './run.js';

const { signal } = new AbortController();
const notPassed = ({ checks }: ConformanceReport): string[] =>
  checks.flatMap(({ id, result, code }) => (result === 'pass' ? [] : `${id}: ${code}`));

describe('our own device', { concurrent: true, timeout: 150_000 }, () => {
  const skips: Readonly<Record<string, readonly string[]>> = {
    loudspeaker: ['text-shown: no-text', 'trigger: no-trigger', 'blob-chunks: not-bike-lock'],
    'bus-screen': ['blob-chunks: not-bike-lock'],
    'bike-lock': ['text-shown: no-text'],
    'booth-sign': [
      'approved-plays: no-audio',
      'trigger: no-trigger',
      'blob-chunks: not-bike-lock',
      'quiet-hours: no-audio',
      'volume-cap: no-audio',
    ],
  };
  it.for(profiles)('passes every check as a %s', async (profile) => {
    const report = await runSimulated({ profile, clock: new ElasticClock(testMorning, testSpeed), only: [], signal });
    expect(notPassed(report)).toEqual(skips[profile]);
  });

  it('passes one check after the other as the only device there is', async () => {
    const clock = new ElasticClock(testMorning, testSpeed);
    const harness = await HarnessGateway.start({
      host: '127.0.0.1',
      httpPort: 0,
      mqttPort: 0,
      now: () => clock.now(),
    });
    const place = placeOf('loudspeaker');
    const [device, profile] = ['ls-0001', 'loudspeaker'] as const;
    const endpoint = new SimulatedEndpoint({ harness, clock, device, profile, place });
    const history: HarnessEvent[] = [];
    harness.onEvent((event) => history.push(event));
    try {
      await endpoint.enrol(harness.claim(device, profile, place));
      await endpoint.powerOn();
      // As a real one: nobody can pull its plug or unlock it from here.
      const subject = { device, profile, place, beatSeconds: endpoint.beatSeconds };
      const report = await runReal({ harness, clock, subject, history, only: [], signal });
      expect(notPassed(report)).toEqual(skips[profile]);
      expect(endpoint.activity.thrown).toEqual([]);
    } finally {
      endpoint.powerOff();
      await harness.stop();
      clock.stop();
    }
  });
});

describe('the checklist', () => {
  it('has a defect that only it finds for every check', () => {
    const found = new Set([...defects.values()].map(({ foundBy }) => foundBy));
    expect(checkIds.filter((id) => !found.has(id))).toEqual([]);
    expect(found.size).toBe(defects.size);
  });
});

describe('the command', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xiaolaba-conformance-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function command(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
    const said = { out: '', err: '' };
    const exit = await conformanceCommand.run(args, {
      stdout: (text) => {
        said.out += text;
      },
      stderr: (text) => {
        said.err += text;
      },
      language: 'zh-CN',
      signal,
    });
    return { exit, ...said };
  }

  it('writes what it found as JSON, a page and JUnit, and fails for a defect', async () => {
    const [html, xml] = [join(folder, 'report.html'), join(folder, 'report.xml')];
    const only = ['--only', 'release-foreign-key,text-shown'];
    const files = ['--html', html, '--junit', xml, '--json'];
    const { exit, out } = await command('--simulated', 'loudspeaker', '--defect', 'trusts-gateway', ...only, ...files);
    expect(exit).toBe(1);
    const report = JSON.parse(out) as ConformanceReport;
    expect(report).toMatchObject({ profile: 'loudspeaker', passed: 0, failed: 1, skipped: 1 });
    expect(report.checks.map(({ code }) => code)).toEqual(['no-text', 'no-refusal']);
    const page = await readFile(html, 'utf8');
    expect(page).toContain('<svg viewBox');
    expect(page).toContain('没有报告拒绝');
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    const suite = await readFile(xml, 'utf8');
    expect(suite).toMatch(/tests="2" failures="1" errors="0" skipped="1"/);
  }, 60_000);

  it('passes a good device, and lists its checks', async () => {
    expect((await command('--simulated', 'bus-screen', '--only', 'assignment-expired')).exit).toBe(0);
    const { exit, out } = await command('--list');
    expect(exit).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(checkIds.length);
  });

  it.each([
    [['--nonsense']],
    [[]],
    [['--simulated', 'toaster']],
    [['--simulated', 'loudspeaker', '--defect', 'none']],
    [['--simulated', 'loudspeaker', '--only', 'nothing']],
    [['--device', 'ls-0001']],
    [['--device', 'ls-0001', '--profile', 'loudspeaker', '--http-port', 'x']],
  ])('says what is wrong with %j', async (args) => {
    expect((await command(...args)).exit).toBe(2);
  });

  it('says when a port can not be had', async () => {
    const other = await HarnessGateway.start({ host: '127.0.0.1', httpPort: 0, mqttPort: 0, now: Date.now });
    const real = ['--device', 'ls-0001', '--profile', 'loudspeaker', '--host', '127.0.0.1'];
    const { exit } = await command(...real, '--http-port', '0', '--mqtt-port', new URL(other.mqtt).port);
    await other.stop();
    expect(exit).toBe(3);
  });
});
