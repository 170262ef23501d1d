import type { DayView, DistrictView, SilentPlace } from '@xiaolaba/gateway/contract';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayStart } from '../dev/day.js';
import { type BuiltConsole, buildConsole, chromiumInstalled, launchChromium, within } from '../dev/e2e.js';
import { type Fixture, startFixture } from '../dev/fixture-server.js';
import { en } from './messages/en.js';
import { zhCN } from './messages/zh-CN.js';

const day = '2026-11-20';
const at = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return dayStart(day) + (hours * 60 + minutes) * 60_000;
};

if (!chromiumInstalled) process.stderr.write('console end-to-end test skipped: chromium is not installed\n');

describe.skipIf(!chromiumInstalled)('console', () => {
  let built: BuiltConsole;
  let fixture: Fixture;
  let browser: Browser;

  beforeAll(async () => {
    built = await buildConsole();
    fixture = await startFixture({ dist: built.directory, now: at('06:50') });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
    await built?.remove();
  });

  /** A page with what it asked for and complained about. */
  const open = async (path: string, options: BrowserContextOptions = {}) => {
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
    await page.goto(`${fixture.url}${path}`);
    await page.waitForSelector('g.mark');
    return { page, context, requests, complaints };
  };
  const read = async <T>(path: string): Promise<T> => (await (await fetch(`${fixture.url}${path}`)).json()) as T;
  const states = (page: Page): Promise<[string, string][]> =>
    page.$$eval('g.mark', (marks) =>
      marks.map((mark): [string, string] => [
        mark.getAttribute('data-place') ?? '',
        mark.getAttribute('data-state') ?? '',
      ]),
    );
  const expectStates = async (page: Page) => {
    const wanted = new Map((await read<DayView>(`/api/days/${day}`)).places.map(({ place, state }) => [place, state]));
    await expect
      .poll(async () => (await states(page)).filter(([place, state]) => wanted.get(place) !== state).length, within)
      .toBe(0);
  };

  it('draws every site, follows the day live, and asks nobody else', async () => {
    fixture.setNow(at('06:50'));
    const { page, context, requests, complaints } = await open('/');
    expect(await page.locator('g.mark').count()).toBe((await read<DistrictView>('/api/district')).sites.length);
    await expect.poll(() => page.locator('.bus').count(), within).toBe(50);
    await expectStates(page);
    const before = new Map(await states(page));
    fixture.setNow(at('08:30'));
    await expectStates(page);
    const changed = (await states(page)).filter(([place, state]) => before.get(place) !== state);
    expect(changed.length).toBeGreaterThan(60);
    const view = await read<DayView>(`/api/days/${day}`);
    const estates = view.kinds.find(({ id }) => id === 'estate');
    await expect
      .poll(() => page.locator('.figure.large .value').first().innerText(), within)
      .toBe(`${estates?.covered}/${estates?.of}`);
    expect(await page.locator('.demo').innerText()).toBe(zhCN.demo);
    expect(requests.filter((url) => new URL(url).origin !== fixture.url)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('shows the day of a silent place, its cause and what was due', async () => {
    fixture.setNow(at('09:30'));
    const silent = await read<SilentPlace[]>(`/api/days/${day}/silent`);
    const estate = silent.find(({ kind }) => kind === 'estate');
    expect(estate).toBeDefined();
    if (!estate) return;
    const { page, context, complaints } = await open('/coverage');
    await page.locator('.entry', { hasText: estate.name.zh }).first().click();
    await page.waitForURL(`**/coverage/${day}/${estate.place}`);
    const gap = page.locator('.dock [data-gap]').first();
    await gap.waitFor();
    await gap.hover();
    const cause = zhCN.cause[estate.cause];
    expect(await page.locator('.tip').innerText()).toContain(cause.why);
    await gap.click();
    expect(await page.locator('.card .cause').innerText()).toContain(cause.name);
    expect(await page.locator('.card audio').getAttribute('src')).toMatch(/^\/blobs\/[0-9a-f]{64}$/);
    expect(await page.locator('.advice').innerText()).toContain(cause.todo);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('opens an address that a colleague sent, and chooses by keyboard', async () => {
    const { page, context } = await open(`/coverage/${day}/site/booth-01`);
    await page.waitForSelector('.mark.chosen[data-place="site/booth-01"]');
    await page.locator('.map .canvas').focus();
    await page.keyboard.press('ArrowRight');
    const focused = await page.locator('.mark.focused').getAttribute('data-place');
    expect(focused).not.toBe('site/booth-01');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/coverage/${day}/${focused}`);
    // A name that is typed in full goes before the estate that it is a part of.
    const search = page.getByRole('combobox');
    await search.fill('温泉');
    expect(await page.locator('#place-search-1').innerText()).toContain('温泉小镇');
    await search.press('ArrowDown');
    expect(await search.getAttribute('aria-activedescendant')).toBe('place-search-1');
    await search.press('ArrowUp');
    await search.press('Enter');
    await page.waitForURL(`**/coverage/${day}/site/stop-081`);
    expect(await search.getAttribute('aria-expanded')).toBe('false');
    await context.close();
  });

  it('narrows by the legend', async () => {
    const { page, context } = await open('/');
    await page.locator('.legend button', { hasText: zhCN.kind.village }).click();
    await expect.poll(() => page.locator('g.mark:not(.dimmed)').count(), within).toBe(24);
    await page.locator('.legend .clear').click();
    await expect.poll(() => page.locator('g.mark.dimmed').count(), within).toBe(0);
    await context.close();
  });

  it('speaks English at a switch and remembers it', async () => {
    const { page, context } = await open('/');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await page.locator('.language').click();
    await expect.poll(() => page.locator('html').getAttribute('lang'), within).toBe('en');
    await page.reload();
    await page.waitForSelector('g.mark');
    expect(await page.locator('.demo').innerText()).toBe(en.demo);
    await context.close();
  });

  it('fits a phone', async () => {
    const { page, context } = await open(`/coverage/${day}/site/estate-05`, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    await page.waitForSelector('.inline-strip .canvas');
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await wide()).toBe(390);
    await page.locator('.back').click();
    await page.waitForSelector('.figure.large');
    expect(await wide()).toBe(390);
    await context.close();
  });

  it('says that the gateway is lost, comes back, and follows it into the next day', async () => {
    const { page, context } = await open(`/coverage/${day}/site/estate-05`);
    await page.waitForSelector('.mark.chosen');
    fixture.dropLive();
    await page.waitForSelector('.lost .live');
    await page.waitForSelector('.lost .live', { state: 'detached' });
    fixture.setNow(at('24:10'));
    await page.waitForURL('**/coverage/2026-11-21/site/estate-05');
    await context.close();
  });
});
