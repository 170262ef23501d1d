import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountView, BulletinPreview } from '@xiaolaba/gateway/contract';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestGateway } from '../../src/testing/open-gateway.js';
import { CountingHasher, Person, testPassword } from '../../src/testing/person.js';
import { type BuiltConsole, buildConsole, chromiumInstalled, launchChromium, phone, within } from '../dev/e2e.js';
import { zhCN } from './messages/zh-CN.js';

const changes = {
  'campaigns/morning.yaml': undefined,
  'campaigns/arrival.yaml': undefined,
  'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
sign-1,booth-sign,site/estate-1,192,16,gb2312
speaker-1,loudspeaker,site/estate-1,,,
sign-2,booth-sign,site/estate-2,128,16,gbk
bus-1,bus-screen,route/route-1,128,16,gbk
bike-1,bike-lock,fleet/fleet-1,,,
`,
  'campaigns/ticker.yaml': `id: ticker
title: { zh: 滚动字幕, en: Ticker }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [booth-sign], kinds: [estate] }
items: [{ id: line, title: { zh: 一, en: One }, text: 不听不信不转账 }]
cues:
  - id: all-day
    items: [line]
    output: text
    windows: [{ days: every-day, from: "07:00", to: "20:00" }]
    continuous: true
    priority: 20
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
};

if (!chromiumInstalled) process.stderr.write('desk end-to-end test skipped: chromium is not installed\n');

describe.skipIf(!chromiumInstalled)('the desk', () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let browser: Browser;

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      changes,
      consoleDirectory: built.directory,
      deps: { hasher: new CountingHasher() },
    });
    expect((await gateway.import()).status).toBe(200);
    await Person.enter(gateway, 'editor', ['editor']);
    await Person.enter(gateway, 'second-editor', ['editor']);
    await Person.enter(gateway, 'approver', ['approver']);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await built?.remove();
  });

  /** A page of somebody who has logged in by the log-in page. */
  const enter = async (login: string, path: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${gateway.gateway.url}${path}`);
    await logIn(page, login);
    await page.waitForURL(({ pathname }) => pathname === path);
    return { page, context, complaints };
  };
  const logIn = async (page: Page, login: string) => {
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', testPassword);
    await page.keyboard.press('Enter');
  };
  /** Ends every session of an account, as an administrator does. */
  const revoke = async (login: string) => {
    const accounts = (await gateway.admin('GET', '/api/accounts')).body as AccountView[];
    const id = accounts.find((one) => one.login === login)?.id;
    expect((await gateway.admin('DELETE', `/api/accounts/${id}/sessions`)).status).toBe(204);
  };
  /** How far to the right anything of a card reaches; pages hide what sticks out. */
  const wide = (page: Page) =>
    page.evaluate(() => {
      const boxes = [...document.querySelectorAll('.desk-card, .desk-card *:not(.visually-hidden)')];
      return Math.max(document.documentElement.scrollWidth, ...boxes.map((box) => box.getBoundingClientRect().right));
    });
  const submit = (page: Page) => page.locator('button[type=submit]');
  const fillIn = async (page: Page, how: string) => {
    await page.locator('.type', { hasText: '刷单返利' }).click();
    await page.fill('#bulletin-estate', '甲');
    await page.locator('#bulletin-estate-list [role=option]').first().click();
    await page.fill('#field-method', how);
    await page.fill('#field-amount', '28650');
  };

  it('keeps a victim from being known, and takes the bulletin to those who approve', async () => {
    const { page, context, complaints } = await enter('editor', '/bulletins');
    await fillIn(page, '群主13812345678');
    // The number is marked where it would be read, with the reason.
    await expect.poll(() => page.locator('.preview mark').innerText(), within).toBe('13812345678');
    expect(await page.locator('.preview .privacy').innerText()).toContain('电话号码');
    expect(await submit(page).isDisabled()).toBe(true);
    await page.fill('#field-method', '刷单群');
    await expect.poll(() => submit(page).isEnabled(), within).toBe(true);
    expect(await page.locator('.preview mark').count()).toBe(0);
    const preview = page.locator('.preview');
    // Yesterday by the gateway's calendar; digits on the sign, numbers in words when spoken.
    expect(await preview.innerText()).toContain('11月19日在刷单群被骗28650元');
    expect(await preview.locator('.said').first().innerText()).toContain('两万八千六百五十元');
    expect(await preview.locator('.sign canvas').count()).toBe(1);
    await submit(page).click();
    await page.locator('.made').waitFor();
    await page.locator('.made a').click();
    await page.waitForURL('**/drafts/bulletin-2026-11-20-estate-1-1');
    const open = page.locator('article.draft');
    await expect.poll(() => open.locator('.badge').innerText(), within).toBe(zhCN.drafts.state.submitted);
    expect(await open.innerText()).toContain(zhCN.drafts.me);
    await expect.poll(() => open.locator('audio').count(), within).toBeGreaterThan(0);
    const sound = await open.locator('audio').first().getAttribute('src');
    expect((await gateway.call('GET', sound ?? '')).status).toBe(200);
    expect(await page.locator('.side .draft').count()).toBe(2);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('warns the neighbours within the distance that the slider says', async () => {
    const { page, context } = await enter('editor', '/bulletins');
    await fillIn(page, '刷单群');
    await expect.poll(() => page.locator('.preview .part').count(), within).toBe(1);
    const answer = page.waitForResponse((response) => {
      const body = response.request().postData() ?? '';
      return response.url().endsWith('/api/bulletins/preview') && body.includes('"neighbours":3000');
    });
    await page.locator('#bulletin-neighbours').fill('3000');
    const { parts } = (await (await answer).json()) as BulletinPreview;
    expect(parts).toHaveLength(2);
    await expect.poll(() => page.locator('.preview .part').count(), within).toBe(2);
    const [target] = parts[1]?.targets ?? [];
    expect(await page.locator('.preview .part').last().innerText()).toContain(`${target?.metres} 米`);
    expect(await page.locator('.reach .reached').count()).toBe(1);
    await context.close();
  });

  it('is sent back with a reason by an approver; who looked at another version is told so', async () => {
    const id = 'bulletin-2026-11-20-estate-1-1';
    const approving = await enter('approver', `/drafts/${id}`);
    await approving.page.getByRole('button', { name: zhCN.drafts.reject }).click();
    await approving.page.fill('#reject-reason', '金额请再核对');
    await approving.page.locator('form button[type=submit]').click();
    await expect
      .poll(() => approving.page.locator('article .badge').innerText(), within)
      .toBe(zhCN.drafts.state.rejected);
    await approving.context.close();

    const { page, context } = await enter('editor', `/drafts/${id}`);
    await page.locator('article .reason').waitFor();
    expect(await page.locator('article .reason').innerText()).toContain('金额请再核对');
    const { campaign } = await gateway
      .admin('GET', `/api/drafts/${id}`)
      .then(({ body }) => body as { campaign: { items: { text: string }[] } });
    const items = campaign.items.map((item) => ({ ...item, text: item.text.replace('28650', '28560') }));
    const changed = await gateway.call(
      'PUT',
      `/api/drafts/${id}`,
      { ...campaign, items },
      { authorization: `Bearer ${gateway.gateway.token}`, 'if-match': '"1"' },
    );
    expect(changed.status).toBe(200);
    await page.getByRole('button', { name: zhCN.drafts.submit }).click();
    const conflict = page.locator('.conflict');
    await conflict.waitFor();
    expect(await conflict.innerText()).toContain(zhCN.drafts.machine);
    expect(await conflict.innerText()).toContain(zhCN.drafts.field.text);
    await conflict.getByRole('button').click();
    await expect.poll(() => page.locator('article dd.after').innerText(), within).toContain('28560');
    await page.getByRole('button', { name: zhCN.drafts.submit }).click();
    await expect.poll(() => page.locator('article .badge').innerText(), within).toBe(zhCN.drafts.state.submitted);
    await page.getByRole('button', { name: zhCN.drafts.withdraw }).click();
    await page.locator('[role=alertdialog] .danger').click();
    await expect.poll(() => page.locator('article .badge').innerText(), within).toBe(zhCN.drafts.state.withdrawn);
    await context.close();
  });

  it('takes the good rows of a table and says in words why not the others', async () => {
    const { page, context } = await enter('editor', '/bulletins');
    await page.getByRole('tab').last().click();
    const download = page.waitForEvent('download');
    await page.locator('a[download]').click();
    expect((await download).suggestedFilename()).toBe('cases.csv');
    const folder = await mkdtemp(join(tmpdir(), 'cases-'));
    const table = join(folder, 'cases.csv');
    const rows = [
      '类型,小区,日期,金额,手法',
      '刷单返利,乙小区,2026-11-19,3000,刷单群',
      '刷单返利,无此小区,2026-11-19,3000,刷单群',
      '刷单返利,甲小区,2026-11-19,3000,群主13812345678',
    ];
    await writeFile(table, rows.join('\n'));
    await page.locator('input[type=file]').setInputFiles(table);
    await expect.poll(() => page.locator('.batch-row').count(), within).toBe(2);
    const words = await page.locator('.rows').innerText();
    expect(words).toContain('没有小区或村“无此小区”');
    expect(words).toContain('电话号码');
    await page.getByRole('button', { name: zhCN.bulletins.table.all }).click();
    await page.locator('.batch-row a').click();
    await page.waitForURL('**/drafts/bulletin-2026-11-20-estate-2-1');
    await rm(folder, { recursive: true, force: true });
    await context.close();
  });

  it('fits a phone, from the form to the draft', async () => {
    const { page, context, complaints } = await enter('editor', '/bulletins', phone);
    await fillIn(page, '刷单群');
    await expect.poll(() => submit(page).isEnabled(), within).toBe(true);
    expect(await page.locator('.preview .sign canvas').count()).toBe(1);
    expect(await wide(page)).toBe(390);
    await submit(page).click();
    await page.locator('.made a').click();
    await page.locator('article.draft').waitFor();
    expect(await wide(page)).toBe(390);
    await page.locator('.back').click();
    await page.locator('.side .draft').first().waitFor();
    expect(await wide(page)).toBe(390);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('draws of ten thousand drafts only those in sight, and finds one', async () => {
    const { page, context } = await enter('editor', '/bulletins');
    const drafts = Array.from({ length: 10_000 }, (_, index) => ({
      id: `draft-${index}`,
      source: 'desk',
      state: index % 2 === 0 ? 'submitted' : 'draft',
      version: 1,
      updatedAt: index,
      title: { zh: `稿件${index}`, en: `Draft ${index}` },
      valid: { from: '2026-11-20', to: '2026-11-22' },
    }));
    await page.route('**/api/drafts', (route) => route.fulfill({ json: drafts }));
    await page.goto(`${gateway.gateway.url}/drafts`);
    await page.locator('.side .draft').first().waitFor();
    expect(await page.locator('.side .draft').count()).toBeLessThan(40);
    await page.locator('.rows').evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
    await expect.poll(() => page.locator('.side .draft').last().innerText(), within).toContain('稿件0');
    await page.locator('input[type=search]').fill('稿件9876');
    await expect.poll(() => page.locator('.side .draft').count(), within).toBe(1);
    await page.locator('input[type=search]').fill('没有这样的');
    expect(await page.locator('.side').innerText()).toContain(zhCN.drafts.none);
    await context.close();
  });

  it('has what was typed when a session lapsed, for whoever typed it, until it is submitted', async () => {
    const { page, context, complaints } = await enter('editor', '/bulletins');
    const how = page.locator('#field-method');
    const note = page.locator('.kept');
    await fillIn(page, '刷单');
    await expect.poll(() => submit(page).isEnabled(), within).toBe(true);
    expect(await note.count()).toBe(0);
    await revoke('editor');
    await how.fill('刷单群里的垫付任务');
    await page.waitForURL('**/login?to=/bulletins');

    // A colleague at the same computer starts with nothing.
    await logIn(page, 'second-editor');
    await page.locator('.type').first().waitFor();
    expect([await note.count(), await page.locator('.type.chosen').count()]).toEqual([0, 0]);
    await page.locator('.type', { hasText: '刷单返利' }).click();
    expect(await how.inputValue()).toBe('');
    await revoke('second-editor');
    await how.fill('另一件');
    await page.fill('#bulletin-estate', '乙');
    await page.locator('#bulletin-estate-list [role=option]').first().click();
    await page.waitForURL('**/login?to=/bulletins');

    await logIn(page, 'editor');
    await note.waitFor();
    expect(await note.innerText()).toContain(zhCN.kept.note);
    expect(await how.inputValue()).toBe('刷单群里的垫付任务');
    expect(await page.inputValue('#field-amount')).toBe('28650');
    expect(await page.inputValue('#bulletin-estate')).toContain('甲');
    const pictures = process.env.XIAOLABA_PICTURES;
    if (pictures) await page.screenshot({ path: join(pictures, 'bulletin-kept.png') });
    await expect.poll(() => submit(page).isEnabled(), within).toBe(true);
    await submit(page).click();
    await page.locator('.made').waitFor();
    await page.reload();
    await page.locator('.type').first().waitFor();
    expect([await note.count(), await page.locator('.type.chosen').count()]).toEqual([0, 0]);

    // Thrown away, it does not come back either.
    await page.locator('.type', { hasText: '刷单返利' }).click();
    await how.fill('不要了');
    await page.reload();
    await note.getByRole('button').click();
    expect([await note.count(), await page.locator('.type.chosen').count()]).toEqual([0, 0]);
    await page.reload();
    await page.locator('.type').first().waitFor();
    expect(await note.count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
