import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CampaignView, DraftView } from '@xiaolaba/gateway/contract';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day, TestGateway } from '../../../src/testing/open-gateway.js';
import { CountingHasher, Person } from '../../../src/testing/person.js';
import {
  type BuiltConsole,
  barriersOn,
  buildConsole,
  chromiumInstalled,
  desktop,
  launchChromium,
  phone,
  within,
} from '../../dev/e2e.js';
import { tone } from '../../dev/tone.js';
import { zhCN } from '../messages/zh-CN.js';

const { schedule } = zhCN;
/** Where somebody wants to look at the pages, a folder for their pictures. */
const pictures = process.env.XIAOLABA_PICTURES;

const campaign = (id: string, title: string, more: object, windows: readonly object[]) => ({
  ...{ id, title: { zh: title, en: title }, valid: { from: '2026-01-01', to: '2026-12-31' } },
  audience: { profiles: ['loudspeaker'], kinds: ['estate'] },
  items: [{ id: 'one', title: { zh: '刷单', en: 'One' }, audio: [{ dialect: 'cmn', recording: 'chime.wav' }] }],
  cues: [
    { id: 'one', items: ['one'], output: 'audio', every: '30m', priority: 50, 'volume-cap': 80, windows, ...more },
  ],
});
/** So long that what waits for it waits in vain; a draft is never rendered, so nothing has to be spoken. */
const long = [{ id: 'one', title: { zh: '刷单', en: 'One' }, audio: [{ dialect: 'cmn', text: '骗'.repeat(1500) }] }];
const morning = {
  ...campaign('morning', '早高峰', {}, [{ days: 'workdays', from: '07:00', to: '08:00' }]),
  items: long,
};
const changes = {
  'campaigns/morning.yaml': undefined,
  'campaigns/arrival.yaml': undefined,
  'campaigns/noon.yaml': JSON.stringify(
    campaign('noon', '午间', { every: '10m', priority: 30 }, [{ days: ['tue'], from: '12:00', to: '13:00' }]),
  ),
  'audio/chime.wav': tone(1),
};

if (!chromiumInstalled) process.stderr.write('schedule end-to-end test skipped: Chromium is not installed\n');

describe.skipIf(!chromiumInstalled)('the week calendar', { timeout: 60_000 }, () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let browser: Browser;
  let wang: Person;
  let officer: Person;
  const complaints: string[] = [];

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      ...{ openReading: false, consoleDirectory: built.directory, changes },
      deps: { hasher: new CountingHasher() },
    });
    await gateway.import();
    const { body } = await gateway.admin('GET', '/api/campaigns');
    for (const { sha256 } of (body as CampaignView[]).flatMap(({ candidates }) => candidates))
      await gateway.admin('POST', '/api/releases', await gateway.envelopeOf(sha256));
    browser = await launchChromium();
    wang = await Person.enter(gateway, 'wang', ['editor']);
    expect((await wang.call('PUT', '/api/drafts/morning', morning)).status).toBe(200);
    officer = await Person.enter(gateway, 'zhao', ['officer']);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await built?.remove();
  });

  const open = async (person: Person, options: BrowserContextOptions = desktop): Promise<Page> => {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const [name = '', value = ''] = person.cookie.split('=');
    await context.addCookies([{ name, value, url: gateway.gateway.url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${gateway.gateway.url}/schedule/${day}`);
    await page.locator('[data-block]').first().waitFor();
    return page;
  };
  const picture = async (page: Page, name: string) => {
    if (!pictures) return;
    await mkdir(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  const draft = async (id: string): Promise<DraftView> =>
    (await wang.call('GET', `/api/drafts/${id}`)).body as DraftView;
  const windowsOf = async (id: string) => (await draft(id)).campaign.cues as { windows: unknown }[];
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  /** Drags a block by so many days and hours. */
  const drag = async (page: Page, key: string, days: number, hours: number) => {
    const block = page.locator(`[data-block="${key}"]`).first();
    await block.scrollIntoViewIfNeeded();
    const box = await block.boundingBox();
    const column = await page.locator('.fc-timegrid-col.fc-day').first().boundingBox();
    const slot = await page.locator('.fc-timegrid-slot-lane').first().boundingBox();
    if (!box || !column || !slot) throw new Error('nothing to drag');
    const [x, y] = [box.x + box.width / 2, box.y + 10];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 4, y + 6, { steps: 2 });
    await page.mouse.move(x + days * column.width, y + hours * slot.height * 2, { steps: 8 });
    await page.mouse.up();
  };
  const axe = async (page: Page) => expect(await barriersOn(page)).toEqual([]);

  it('asks which days a drag is about, shows who wins, and saves a new draft', async () => {
    const page = await open(wang);
    await picture(page, 'desktop');
    expect(await page.locator('.fc-col-header-cell').count()).toBe(7);
    await drag(page, 'morning/one/0/2026-11-17/draft', 0, 5);
    await page.locator('[data-scope=one]').click();
    await page.locator('.outcome .check').waitFor();
    expect(await page.locator('input[name=from]').inputValue()).toBe('12:00');
    await expect.poll(() => page.locator('.losses').innerText(), within).toMatch(/《午间》少播[\s\S]*胜出：早高峰/);
    expect(await page.locator('[data-minutes="estate/morning"]').count()).toBe(1);
    await picture(page, 'conflict');
    await axe(page);
    expect((await draft('morning')).version).toBe(1);
    await button(page, schedule.save).click();
    await page.locator('.notice').waitFor();
    const [cue] = await windowsOf('morning');
    expect(cue?.windows).toEqual([
      { days: ['mon', 'wed', 'thu', 'fri'], from: '07:00', to: '08:00' },
      { days: ['tue'], from: '12:00', to: '13:00' },
    ]);
    await page.context().close();
  });

  it('does not save what falls into quiet hours, and says why; undo takes it back', async () => {
    const page = await open(wang);
    await page.locator('[data-block="noon/one/0/2026-11-17/both"]').click();
    await page.locator('input[name=from]').fill('22:30');
    await page.locator('input[name=from]').blur();
    await page.locator('input[name=to]').fill('23:30');
    await page.locator('input[name=to]').blur();
    await expect.poll(() => page.locator('.bad').innerText(), within).toContain('22:00–06:00');
    expect(await button(page, schedule.save).isDisabled()).toBe(true);
    expect(await page.locator('.why').innerText()).toBe(schedule.cannotSave);
    await picture(page, 'forbidden');
    await button(page, schedule.undo).click();
    await button(page, schedule.undo).click();
    await expect.poll(() => button(page, schedule.save).count(), within).toBe(0);
    expect(await page.locator('input[name=from]').inputValue()).toBe('12:00');
    await page.context().close();
  });

  it('can do by the keyboard alone what dragging does', async () => {
    const page = await open(wang);
    const block = page.locator('[data-block="noon/one/0/2026-11-17/both"]');
    await block.focus();
    await page.keyboard.press('Enter');
    const from = page.locator('input[name=from]');
    await from.waitFor();
    await page.locator('select[name=days]').selectOption('workdays');
    await page.locator('input[name=priority]').fill('40');
    await page.locator('input[name=priority]').press('Tab');
    await button(page, schedule.save).focus();
    await expect.poll(() => button(page, schedule.save).isEnabled(), within).toBe(true);
    await button(page, schedule.save).press('Enter');
    await page.locator('.notice').waitFor();
    const [cue] = await windowsOf('noon');
    expect(cue).toMatchObject({ priority: 40, windows: [{ days: 'workdays', from: '12:00', to: '13:00' }] });
    await page.context().close();
  });

  it('loses nothing where somebody else was first', async () => {
    const page = await open(wang);
    await page.locator('[data-block="noon/one/0/2026-11-18/draft"]').click();
    await page.locator('input[name=to]').fill('13:30');
    await page.locator('input[name=to]').blur();
    await page.locator('.outcome .check').waitFor();
    const seen = await draft('noon');
    const other = { ...seen.campaign, title: { zh: '午间新', en: 'Noon' } };
    const put = await wang.call('PUT', '/api/drafts/noon', other, { 'if-match': `"${seen.version}"` });
    expect(put.status).toBe(200);
    await button(page, schedule.save).click();
    await page.getByRole('button', { name: /重做/ }).click();
    await expect.poll(() => button(page, schedule.save).isEnabled(), within).toBe(true);
    await button(page, schedule.save).click();
    await page.locator('.notice').waitFor();
    const now = await draft('noon');
    expect(now.title.zh).toBe('午间新');
    expect((now.campaign.cues as { windows: { to: string }[] }[])[0]?.windows[0]?.to).toBe('13:30');
    await page.context().close();
  });

  it("loads next year's calendar after showing what it changes", async () => {
    const page = await open(wang);
    await page.goto(`${gateway.gateway.url}/schedule/2027-01-01`);
    await page.locator('.beyond').waitFor();
    await button(page, schedule.calendars.title).click();
    const text = `id: cn-2027
from: "2027-01-01"
to: "2027-12-31"
holidays: [{ day: "2027-01-01", name: 元旦 }]
makeup-workdays: ["2027-01-02"]
school-terms: []
`;
    const file = (content: string) => ({
      ...{ name: '2027.yaml', mimeType: 'application/yaml', buffer: Buffer.from(content) },
    });
    const input = page.locator('input[name=calendar]');
    await input.setInputFiles(file(text.replace('from: "2027-01-01"', 'from: "2026-12-01"')));
    await expect.poll(() => page.locator('.refused').innerText(), within).toContain('test-2026');
    await input.setInputFiles(file(text));
    await page.locator('[data-day="2027-01-02"]').waitFor();
    await picture(page, 'calendar');
    await button(page, schedule.calendars.load).click();
    await page.locator('dialog .notice').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.fc-col-header').innerText(), within).toContain('元旦');
    expect(await page.locator('.beyond').count()).toBe(0);
    await page.context().close();
  });

  it('is a list of one day on a phone, edited in a sheet', async () => {
    const page = await open(wang, phone);
    await picture(page, 'phone');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    const row = page.locator('[data-block^="morning/one/0/"]');
    await row.click();
    await page.locator('input[name=from]').fill('08:00');
    await page.locator('input[name=from]').blur();
    await page.locator('input[name=to]').fill('09:00');
    await page.locator('input[name=to]').blur();
    await expect.poll(() => button(page, schedule.save).isEnabled(), within).toBe(true);
    await picture(page, 'phone-edit');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await axe(page);
    await button(page, schedule.save).click();
    await page.locator('.notice').waitFor();
    const [cue] = await windowsOf('morning');
    expect(cue?.windows).toContainEqual({ days: ['mon', 'wed', 'thu', 'fri'], from: '08:00', to: '09:00' });
    await page.context().close();
  });

  it('is for reading where somebody may not edit', async () => {
    const page = await open(officer, { ...desktop, colorScheme: 'dark' });
    await page.locator('[data-block^="noon/one/0/"]').first().click();
    expect(await page.locator('.locked').innerText()).toBe(schedule.locked.role);
    await picture(page, 'dark');
    expect(await button(page, schedule.newBlock).count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
