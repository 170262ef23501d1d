import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Profile, SerialFrame } from '@xiaolaba/simulator/bench-contract';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contents } from '../dev/content.js';
import { type BenchFixture, startBenchFixture } from '../dev/fixture-server.js';
import { en } from './messages/en.js';
import { zhCN } from './messages/zh-CN.js';
import { mostFrames } from './monitor/frame-log.js';

const executablePath = '/usr/bin/chromium';
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const installed = existsSync(executablePath);
const within = { timeout: 10_000, interval: 100 };
const profiles = Object.keys(contents) as Profile[];

if (!installed) process.stderr.write(`bench page end-to-end test skipped: ${executablePath} is not installed\n`);

describe.skipIf(!installed)('bench page', () => {
  let dist: string;
  let fixture: BenchFixture;
  let browser: Browser;

  beforeAll(async () => {
    dist = await mkdtemp(join(tmpdir(), 'bench-page-'));
    const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
    const built = spawnSync(process.execPath, [vite, 'build', '--outDir', dist, '--emptyOutDir'], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, NODE_ENV: 'production' },
      encoding: 'utf8',
    });
    expect(built.status, built.stderr).toBe(0);
    fixture = await startBenchFixture({ dist });
    browser = await chromium.launch({ executablePath, args: flags });
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
    if (dist) await rm(dist, { recursive: true, force: true });
  });

  /** A page at a bench of this profile without faults, with what it asked for and complained about. */
  const open = async (profile: Profile, options: BrowserContextOptions = {}) => {
    fixture.world.take({ kind: 'profile', profile }, Date.now());
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    await page.goto(fixture.url);
    await page.waitForSelector(`[data-profile="${profile}"][aria-checked="true"]`);
    return { page, context, requests, complaints };
  };

  /** How many pixels of the sign shine, and where. */
  const lit = (page: Page) =>
    page.locator('.sign canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let [count, sum] = [0, 0];
      for (let at = 0; at < data.length; at += 4) {
        if ((data[at] ?? 0) < 200) continue;
        count += 1;
        sum = (sum * 31 + at) % 1_000_000_007;
      }
      return { count, picture: `${count} ${sum}` };
    });
  /** All words of the page and its labels, but for what staff have written and what modules call things. */
  const words = (page: Page) =>
    page.evaluate(() => {
      const copy = document.body.cloneNode(true) as HTMLElement;
      for (const content of copy.querySelectorAll('[data-content], .mono, script, .language, option')) content.remove();
      const labels = [...copy.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((element) =>
        element.matches('.sign canvas, .play, [data-stop]')
          ? []
          : ['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''),
      );
      return [copy.textContent ?? '', ...labels].join('\n');
    });

  it.each(profiles)('shows a %s with all its parts, and asks nobody else', async (profile) => {
    const { page, context, requests, complaints } = await open(profile);
    const { modules, items, faults, sign, place } = contents[profile];
    await page.waitForSelector('.endpoint');
    expect(await page.locator('.endpoint h2').innerText()).toBe(place);
    expect(await page.locator('.modules li').count()).toBe(modules.length);
    expect(await page.locator('.items .play').count()).toBe(items.length);
    expect(await page.locator('[data-fault]').count()).toBe(faults.length);
    expect(await page.locator('.sign canvas').count()).toBe(sign ? 1 : 0);
    expect(await page.locator('.map').count()).toBe(profile === 'bus-screen' ? 1 : 0);
    expect(await page.locator('.buttons', { hasText: zhCN.button.unlock }).count()).toBe(
      profile === 'bike-lock' ? 1 : 0,
    );
    await expect.poll(() => page.locator('.monitor .row').count(), within).toBeGreaterThan(3);
    await expect.poll(() => page.locator('.wave .played').count(), within).toBeGreaterThan(2);
    expect(requests.filter((url) => new URL(url).origin !== fixture.url)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('lights the dots of the sign and moves them, sharp at twice the pixels', async () => {
    for (const deviceScaleFactor of [1, 2]) {
      const { page, context } = await open('bus-screen', { deviceScaleFactor });
      await expect.poll(async () => (await lit(page)).count, within).toBeGreaterThan(200);
      const before = (await lit(page)).picture;
      await expect.poll(async () => (await lit(page)).picture, within).not.toBe(before);
      const size = await page.locator('.sign canvas').evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        return { dots: canvas.width / 128, ratio: canvas.width / canvas.getBoundingClientRect().width };
      });
      expect(size.dots % 1).toBe(0);
      expect(size.ratio).toBeCloseTo(deviceScaleFactor, 5);
      await context.close();
    }
  });

  it('makes a fault, marks the part, and shows what the gateway sees of it', async () => {
    const { page, context } = await open('loudspeaker');
    await page.locator('[data-fault="kill-amplifier"]').click();
    await page.waitForSelector('.path [data-mark="kill-amplifier"]');
    await page.waitForSelector('[data-relay="dead"]');
    await expect
      .poll(() => fixture.orders.at(-1), within)
      .toEqual({ kind: 'fault', fault: 'kill-amplifier', on: true });
    expect(await page.locator('[data-fault="kill-amplifier"]').getAttribute('aria-checked')).toBe('true');
    await page.locator('[data-item="savings"]').click();
    await expect.poll(() => fixture.orders.at(-1), within).toEqual({ kind: 'play', item: 'savings' });
    const record = page.locator('.records [data-state="contradicted"]').first();
    await record.waitFor({ timeout: 15_000 });
    expect(await record.innerText()).toContain(zhCN.cause.silent);
    await page.locator('[data-fault="drop-link"]').click();
    await page.waitForSelector('[data-online="false"]');
    await page.locator('.faults .link-button').click();
    await expect.poll(() => page.locator('[data-mark]').count(), within).toBe(0);
    await context.close();
  });

  it('goes dark without power', async () => {
    const { page, context } = await open('booth-sign');
    await expect.poll(async () => (await lit(page)).count, within).toBeGreaterThan(200);
    await page.locator('[data-fault="cut-power"]').click();
    await page.waitForSelector('canvas[data-dark]');
    await expect.poll(async () => (await lit(page)).count, within).toBe(0);
    await expect.poll(() => page.locator('.items .play:disabled').count(), within).toBe(3);
    await context.close();
  });

  it('gives the orders that belong to its controls', async () => {
    const { page, context } = await open('bus-screen');
    const last = () => fixture.orders.at(-1);
    await page.locator('[data-part="sound"] select').first().selectOption('jq8900');
    await expect.poll(last, within).toEqual({ kind: 'module', part: 'sound', module: 'jq8900', port: 'simulated' });
    await page.locator('[data-part="sign"] select').nth(1).selectOption('other');
    await page.locator('.address input').fill('tcp://192.168.1.10:5005');
    await page.keyboard.press('Enter');
    const address = { kind: 'module', part: 'sign', module: 'onbon-bx5k', port: 'tcp://192.168.1.10:5005' };
    await expect.poll(last, within).toEqual(address);
    await page.locator('[data-stop="stop-5"]').click();
    await expect.poll(last, within).toEqual({ kind: 'drive', stop: 'stop-5' });
    await page.locator('.cap input').fill('40');
    await expect.poll(last, within).toEqual({ kind: 'volume-cap', percent: 40 });
    await page.locator('.buttons .stop').click();
    await expect.poll(last, within).toEqual({ kind: 'stop', on: true });
    await page.waitForSelector('.buttons .stop[aria-pressed="true"]');
    await context.close();
  });

  it('says that an order was refused', async () => {
    const { page, context } = await open('loudspeaker');
    fixture.refuse('port-busy');
    await page.locator('.items .play').first().click();
    await page.waitForSelector('.notes li');
    fixture.refuse(undefined);
    expect(await page.locator('.notes').innerText()).toContain('port-busy');
    await page.locator('.notes button').click();
    await expect.poll(() => page.locator('.notes li').count(), within).toBe(0);
    await context.close();
  });

  it('plays along in the browser', async () => {
    const { page, context } = await open('loudspeaker');
    const asked = page.waitForRequest((request) => new URL(request.url()).pathname.startsWith('/audio/'));
    await page.locator('.listen').click();
    await asked;
    expect(await page.locator('.listen').getAttribute('aria-pressed')).toBe('true');
    await context.close();
  });

  it('shows frames, reads them, and stays bounded', async () => {
    const { page, context } = await open('loudspeaker');
    await page.locator('.monitor .row', { hasText: 'query-status' }).first().click();
    await expect
      .poll(() => page.locator('.detail pre').first().innerText(), within)
      .toContain('"kind": "query-status"');
    expect(await page.locator('.detail .hex').innerText()).toMatch(/^7E FF 06 42/);
    await page.locator('.detail .icon-button').click();
    const frame: SerialFrame = {
      at: Date.now(),
      part: 'board',
      protocol: 'firmata',
      direction: 'to-host',
      hex: 'c0ffee',
      frame: null,
      error: 'checksum',
    };
    fixture.pass(Array.from({ length: mostFrames + 300 }, () => frame));
    await page.locator('.filters button', { hasText: zhCN.modules.part.board }).click();
    await page.locator('.monitor .row.bad').first().waitFor();
    const count = async () => Number(/\d+/.exec(await page.locator('.monitor .count').innerText())?.[0]);
    await expect.poll(count, within).toBeGreaterThan(mostFrames - 100);
    expect(await count()).toBeLessThanOrEqual(mostFrames);
    expect(await page.locator('.monitor .row').count()).toBeLessThan(60);
    await page.locator('.tools button', { hasText: zhCN.monitor.clear }).click();
    await expect.poll(() => page.locator('.monitor .row').count(), within).toBe(0);
    await context.close();
  });

  it('is worked by keyboard alone', async () => {
    const { page, context } = await open('bus-screen');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.fault);
    expect(await focused()).toBe('unplug-sound');
    expect(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe('solid');
    await page.keyboard.press('Space');
    await page.waitForSelector('.path [data-mark="unplug-sound"]');
    await page.locator('[data-stop="stop-2"]').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => fixture.orders.at(-1), within).toEqual({ kind: 'drive', stop: 'stop-2' });
    await page.locator('.monitor .list').focus();
    await page.keyboard.press('ArrowUp');
    await page.waitForSelector('.detail');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.detail', { state: 'detached' });
    await context.close();
  });

  it.each(profiles)('speaks one language at a time: %s', async (profile) => {
    const { page, context } = await open(profile);
    await page.waitForSelector('.endpoint');
    for (const fault of contents[profile].faults) fixture.world.take({ kind: 'fault', fault, on: true }, Date.now());
    const latin = await words(page);
    // Names of units, makers' modules and protocols are the same in both.
    const allowed = /LUFS|LED|MB|KB|GB|GPS|device\.yaml|xiaolaba|codec|decode|tcp|dfplayer|onbon|omni|nmea/gi;
    expect(latin.replace(allowed, '').match(/[a-z]{3,}/gi) ?? []).toEqual([]);
    await page.locator('.language').click();
    await expect.poll(() => page.locator('html').getAttribute('lang'), within).toBe('en');
    expect((await words(page)).match(/\p{Script=Han}+/gu) ?? []).toEqual([]);
    await page.reload();
    await expect.poll(() => page.locator('h1').innerText(), within).toBe(en.product);
    await context.close();
  });

  it.each(profiles)('fits a phone: %s', async (profile) => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 3 };
    const { page, context } = await open(profile, phone);
    await page.waitForSelector('.endpoint');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    if (contents[profile].sign) {
      const pitch = await page
        .locator('.sign canvas')
        .evaluate(
          (element, columns) => element.getBoundingClientRect().width / columns,
          contents[profile].sign.columns,
        );
      expect(pitch).toBeGreaterThanOrEqual(4);
    }
    await context.close();
  });

  it('says that the bench is lost, and comes back', async () => {
    const { page, context } = await open('loudspeaker');
    fixture.dropLive();
    await page.waitForSelector('.lost .live');
    await page.waitForSelector('.lost .live', { state: 'detached' });
    await context.close();
  });

  it('says that the gateway has seen nobody', async () => {
    const { page, context } = await open('loudspeaker');
    fixture.world.setSeen(false);
    await expect.poll(() => page.locator('.card.seen').innerText(), within).toContain(zhCN.seen.empty);
    fixture.world.setSeen(true);
    await page.waitForSelector('.card.seen table');
    await context.close();
  });
});
