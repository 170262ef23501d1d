import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CampaignView, DraftView } from '@xiaolaba/gateway/contract';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, TestGateway } from '../../../../src/testing/open-gateway.js';
import { CountingHasher, Person } from '../../../../src/testing/person.js';
import {
  type BuiltConsole,
  barriersOn,
  buildConsole,
  chromiumInstalled,
  desktop,
  launchChromium,
  phone,
  within,
} from '../../../dev/e2e.js';
import { zhCN } from '../../messages/zh-CN.js';

/** Where pictures go, for whoever wants to look at them. */
const pictures = process.env.XIAOLABA_PICTURES;
const { editor, drafts } = zhCN;

const squares = {
  id: 'squares',
  title: { zh: '广场傍晚', en: 'Squares' },
  valid: { from: '2026-11-01', to: '2026-12-31' },
  audience: { profiles: ['loudspeaker', 'booth-sign'], kinds: ['estate'] },
  items: [
    {
      id: 'gifts',
      title: { zh: '扫码领礼品', en: 'Gifts' },
      text: '扫码领鸡蛋要小心',
      audio: [{ dialect: 'cmn', text: '晚上好，扫码领鸡蛋要小心。' }],
    },
  ],
  cues: [
    {
      ...{ id: 'evening', items: ['gifts'], output: 'audio', every: '20m', priority: 50, 'volume-cap': 60 },
      windows: [{ days: 'every-day', from: '18:30', to: '20:30' }],
    },
  ],
};

if (!chromiumInstalled) process.stderr.write('editor end-to-end test skipped: Chromium is not installed\n');

describe.skipIf(!chromiumInstalled)('writing a campaign', () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let browser: Browser;
  const people = new Map<string, Person>();
  const complaints: string[] = [];

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      consoleDirectory: built.directory,
      deps: { hasher: new CountingHasher() },
      changes: {
        'campaigns/arrival.yaml': undefined,
        'campaigns/squares.yaml': JSON.stringify(squares),
        'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
sign-1,booth-sign,site/estate-1,192,16,gb2312
sign-2,booth-sign,site/estate-2,128,16,gbk
speaker-1,loudspeaker,site/estate-1,,,
speaker-2,loudspeaker,site/estate-2,,,
bus-1,bus-screen,route/route-1,128,16,gbk
bike-1,bike-lock,fleet/fleet-1,,,
`,
        'templates/order-brushing.yaml': `id: order-brushing
title: { zh: 刷单返利, en: Order brushing }
type: 刷单返利
text: "本小区一居民{date}在{method}被骗{amount}元。"
fields:
  - { id: date, label: { zh: 日期, en: Date }, kind: date }
  - { id: method, label: { zh: 手法, en: How }, kind: text }
  - { id: amount, label: { zh: 金额, en: Amount }, kind: money }
advice: 先垫钱的任务一律不做。
`,
      },
    });
    expect((await gateway.import()).status).toBe(200);
    await gateway.approve();
    people.set('chen', await Person.enter(gateway, 'chen', ['editor']));
    people.set('li', await Person.enter(gateway, 'li', ['editor']));
    people.set('wang', await Person.enter(gateway, 'wang', ['approver']));
    browser = await launchChromium();
    if (pictures) await mkdir(pictures, { recursive: true });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await built?.remove();
  });

  const person = (login: string): Person => {
    const found = people.get(login);
    if (!found) throw new Error(`nobody called ${login}`);
    return found;
  };
  /** A browser in which somebody is logged in. */
  const open = async (login: string, path: string, options: BrowserContextOptions = desktop) => {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const [name = '', value = ''] = person(login).cookie.split('=');
    await context.addCookies([{ name, value, url: gateway.gateway.url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${gateway.gateway.url}${path}`);
    return { page, context };
  };
  const draft = async (id: string): Promise<DraftView> =>
    (await person('chen').call('GET', `/api/drafts/${id}`)).body as DraftView;
  const picture = async (page: Page, name: string): Promise<void> => {
    if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  const state = (page: Page) => page.locator('.bar p:not(.banner)');
  const saveButton = (page: Page) => page.getByRole('button', { name: editor.save.save, exact: true });
  const field = (page: Page, name: string) => page.locator(`#field-${name.replaceAll('.', '-')}`);

  it('goes from an empty page to approval', async () => {
    const { page, context } = await open('chen', '/drafts');
    await page.getByRole('link', { name: editor.newTitle }).click();
    await page.waitForURL('**/drafts/new');
    await page.getByRole('button', { name: editor.new.blank }).waitFor();
    await picture(page, 'new');
    expect(await barriersOn(page)).toEqual([]);
    await page.getByRole('button', { name: editor.new.blank }).click();
    await page.waitForURL('**/drafts/campaign-20261120-1/edit');
    await field(page, 'title.zh').fill('年末反诈提醒');
    await page.locator('#field-audience-kinds label', { hasText: zhCN.kind.estate }).click();
    await expect.poll(() => page.locator('.reach .sum').innerText(), within).toContain('1,500');
    await field(page, 'items.0.title.zh').fill('刷单返利');
    await field(page, 'items.0.text').fill('提醒您：刷单㙓是骗');
    await field(page, 'items.0.text').press('Home');
    await page.locator('.words').first().getByRole('button', { name: editor.words.police_station }).click();
    expect(await field(page, 'items.0.text').inputValue()).toBe('{police_station}提醒您：刷单㙓是骗');
    // The sign lacks a character, and nothing has been written to be said.
    await expect.poll(() => page.locator('.views mark').first().innerText(), within).toBe('㙓');
    await expect.poll(() => page.locator('.bar .primary').innerText(), within).toContain('要改');
    await expect
      .poll(() => page.locator('.check .problems').first().innerText(), within)
      .toContain('“刷单返利”没有普通话');
    await picture(page, 'problems');
    await page.locator('.bar .primary').click();
    await field(page, 'items.0.audio.0.text').fill('先垫钱的任务一律不做。');
    await field(page, 'items.0.text').fill('{police_station}提醒您：刷单都是骗');
    await expect.poll(() => page.locator('.bar .primary').innerText(), within).toBe(drafts.submit);
    expect(await page.locator('.views mark').count()).toBe(0);
    await expect.poll(() => page.locator('.sign-preview canvas').count(), within).toBe(2);
    expect(await page.locator('.version legend').innerText()).toContain('30 分钟');
    // At the same hours as the squares: what that costs is said.
    await expect.poll(() => page.locator('.check table tbody tr').count(), within).toBeGreaterThan(0);
    await picture(page, 'written');
    expect(await barriersOn(page)).toEqual([]);
    await saveButton(page).click();
    await expect.poll(() => state(page).innerText(), within).toContain('第 1 版');
    expect((await draft('campaign-20261120-1')).title).toEqual({ zh: '年末反诈提醒', en: '年末反诈提醒' });
    await page.getByRole('tab', { name: editor.tab.file }).click();
    expect(await page.locator('pre').innerText()).toContain('id: campaign-20261120-1');
    await page.getByRole('tab', { name: editor.tab.form }).click();
    await page.locator('.bar .primary').click();
    const dialog = page.locator('dialog');
    await expect.poll(() => dialog.innerText(), within).toContain('2 处，约 1,500 人');
    await expect.poll(() => dialog.innerText(), within).toContain(editor.submit.first);
    await picture(page, 'submit');
    await dialog.getByRole('button', { name: drafts.submit }).click();
    await expect.poll(() => page.locator('.banner.done').innerText(), within).toContain(drafts.submitted);
    expect((await draft('campaign-20261120-1')).state).toBe('submitted');
    await context.close();
  });

  it('keeps what is written over a reload, a log-out and a new day', async () => {
    const { page, context } = await open('chen', '/drafts/squares/edit');
    await page.locator('.banner.released').waitFor();
    await field(page, 'title.zh').fill('广场夜晚');
    await page.locator('#field-cues-0 .turns select').first().selectOption('2');
    await expect.poll(() => state(page).innerText(), within).toBe(editor.save.dirty);
    await page.reload();
    await expect.poll(() => field(page, 'title.zh').inputValue(), within).toBe('广场夜晚');
    expect(await page.locator('.banner').last().innerText()).toContain('没保存的改动');
    await context.clearCookies();
    await page.goto(`${gateway.gateway.url}/coverage`);
    const [name = '', value = ''] = person('chen').cookie.split('=');
    await context.addCookies([{ name, value, url: gateway.gateway.url }]);
    await page.goto(`${gateway.gateway.url}/drafts/squares/edit`);
    await expect.poll(() => field(page, 'title.zh').inputValue(), within).toBe('广场夜晚');
    await page.getByRole('button', { name: editor.discard }).click();
    await expect.poll(() => field(page, 'title.zh').inputValue(), within).toBe('广场傍晚');
    await expect.poll(() => state(page).innerText(), within).toBe(editor.save.clean);
    expect((await draft('squares')).version).toBe(1);
    await context.close();
  });

  it('brings two editors together, field by field', async () => {
    gateway.clock.set(at('06:05'));
    const { page, context } = await open('chen', '/drafts/squares/edit');
    await field(page, 'title.zh').fill('陈的标题');
    await field(page, 'items.0.text').fill('陈改过的屏上文字');
    const theirs = {
      ...squares,
      title: { zh: '李的标题', en: 'Squares at night' },
      items: squares.items.map((item) => ({ ...item, audio: [{ dialect: 'cmn', text: '李改过的话。' }] })),
    };
    const { version } = await draft('squares');
    const put = await person('li').call('PUT', '/api/drafts/squares', theirs, { 'if-match': `"${version}"` });
    expect(put.status).toBe(200);
    await saveButton(page).click();
    const conflict = page.locator('.conflict');
    await conflict.waitFor();
    expect(await conflict.innerText()).toContain('li');
    expect(await conflict.locator('fieldset').count()).toBe(3);
    await picture(page, 'conflict');
    expect(await barriersOn(page)).toEqual([]);
    const settle = conflict.locator('.primary');
    expect(await settle.isDisabled()).toBe(true);
    const clash = conflict.locator('fieldset', { hasText: editor.conflict.both });
    expect(await clash.locator('ins').first().innerText()).toContain('李');
    await clash.locator('label', { hasText: editor.conflict.mine }).click();
    await settle.click();
    await expect.poll(() => saveButton(page).isEnabled(), within).toBe(true);
    await saveButton(page).click();
    await expect.poll(() => state(page).innerText(), within).toContain(`第 ${version + 2} 版`);
    const { campaign, title } = await draft('squares');
    expect(title).toEqual({ zh: '陈的标题', en: 'Squares at night' });
    expect((campaign as typeof squares).items[0]).toMatchObject({
      text: '陈改过的屏上文字',
      audio: [{ dialect: 'cmn', text: '李改过的话。' }],
    });
    // What is on air stays until the new version is approved.
    const campaigns = await gateway.get<CampaignView[]>('/api/campaigns');
    expect(campaigns.find(({ id }) => id === 'squares')?.releases).toHaveLength(1);
    await page.locator('.bar .primary').click();
    await expect.poll(() => page.locator('dialog').innerText(), within).toContain(editor.submit.fromFiles);
    await page.locator('dialog').getByRole('button', { name: drafts.submit }).click();
    await page.locator('.banner.done').waitFor();
    await gateway.approve('squares');
    gateway.clock.set(at('06:10'));
    await page.reload();
    await field(page, 'title.zh').fill('广场周末');
    await page.locator('.bar .primary').click();
    await expect.poll(() => page.locator('dialog .change').innerText(), within).toContain('广场周末');
    await picture(page, 'submit-changes');
    await context.close();
  });

  it('mends what was sent back and hands it in again', async () => {
    const rejected = await person('wang').call('POST', '/api/drafts/campaign-20261120-1/reject', {
      reason: '请写清楚是哪种诈骗',
    });
    expect(rejected.status).toBe(200);
    const { page, context } = await open('chen', '/drafts/campaign-20261120-1');
    await page.getByRole('link', { name: editor.edit, exact: true }).click();
    await expect.poll(() => page.locator('.banner.rejected').innerText(), within).toContain('请写清楚是哪种诈骗');
    await field(page, 'items.0.audio.0.text').fill('刷单返利是诈骗，先垫钱的任务一律不做。');
    await page.locator('.bar .primary').click();
    await page.locator('dialog').getByRole('button', { name: drafts.submit }).click();
    await expect.poll(() => page.locator('.banner.done').count(), within).toBe(1);
    expect((await draft('campaign-20261120-1')).state).toBe('submitted');
    await context.close();
  });

  it('says what a case warning must not tell, at its field', async () => {
    const id = 'bulletin-2026-11-20-estate-1-1';
    expect((await person('chen').call('PUT', `/api/drafts/${id}`, { ...squares, id })).status).toBe(200);
    const { page, context } = await open('chen', `/drafts/${id}/edit`);
    await field(page, 'items.0.text').fill('群主13812345678叫人垫钱');
    await expect.poll(() => page.locator('#wrong-items-0-text').innerText(), within).toContain('电话');
    expect(await field(page, 'items.0.text').getAttribute('aria-describedby')).toBe('wrong-items-0-text');
    await field(page, 'items.0.text').fill('群主叫人垫钱');
    await expect.poll(() => page.locator('#wrong-items-0-text').count(), within).toBe(0);
    await context.close();
  });

  it('begins with a template on a phone, and works by keyboard alone', async () => {
    const { page, context } = await open('chen', '/drafts/new', phone);
    await page.locator('.template').first().click();
    await page.waitForURL('**/drafts/order-brushing-1/edit');
    await expect.poll(() => field(page, 'title.zh').inputValue(), within).toBe('刷单返利');
    const wide = await page.evaluate(() => document.querySelector('.desk-body')?.scrollWidth ?? 0);
    expect(wide).toBeLessThanOrEqual(390);
    await picture(page, 'phone');
    await page.locator('#part-cues').scrollIntoViewIfNeeded();
    await picture(page, 'phone-plan');
    await page.getByRole('button', { name: editor.item.add }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id), within).toBe('field-items-1-title-zh');
    await page.keyboard.type('第二条');
    const played = page.locator('#field-cues-0-items ol li');
    expect(await played.count()).toBe(2);
    await played.last().getByRole('button', { name: '上移' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => played.first().innerText(), within).toContain('第二条');
    await page.locator('#field-audience-profiles input').first().focus();
    await page.keyboard.press('Space');
    expect(await page.locator('#field-audience-profiles input').first().isChecked()).toBe(false);
    await page.locator('.picker input').fill('甲小');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.picker .chosen').innerText(), within).toContain('甲小区');
    expect(await barriersOn(page)).toEqual([]);
    await context.close();
  });

  it('looks right in the dark', async () => {
    const { page, context } = await open('li', '/drafts/squares/edit', { ...desktop, colorScheme: 'dark' });
    await expect.poll(() => page.locator('.check table tbody tr').count(), within).toBeGreaterThanOrEqual(0);
    await page.locator('.sign-preview').first().waitFor();
    await picture(page, 'dark');
    expect(await barriersOn(page)).toEqual([]);
    await context.close();
  });

  it('raises no error of its own', () => {
    expect(complaints).toEqual([]);
  });
});
