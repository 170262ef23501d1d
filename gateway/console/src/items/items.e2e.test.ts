import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DraftView, RecordingView } from '@xiaolaba/gateway/contract';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestGateway } from '../../../src/testing/open-gateway.js';
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

const { items, dialect } = zhCN;
/** A microphone that nobody has to plug in; what it hears is a file. */
const microphone = '--use-fake-device-for-media-stream';
const allowed = '--use-fake-ui-for-media-stream';

/** A machine that is busy takes its time to measure and encode a recording for every kind of device. */
const measured = { timeout: 45_000, interval: 200 };

/** A sign's campaign with a character that GB 2312 does not have. */
const signs = {
  id: 'signs',
  title: { zh: '入口屏', en: 'Signs' },
  valid: { from: '2026-01-01', to: '2026-12-31' },
  audience: { profiles: ['booth-sign'], kinds: ['estate'] },
  items: [
    {
      id: 'share',
      title: { zh: '共享屏幕', en: 'Sharing' },
      text: '陌生客服朱镕让您共享屏幕，请立即挂断。不听、不信、不转账',
    },
  ],
  cues: [
    {
      ...{ id: 'shown', items: ['share'], output: 'text', continuous: true, priority: 20 },
      windows: [{ days: 'every-day', from: '07:00', to: '20:00' }],
    },
  ],
};
const devices = `id,profile,place,sign_columns,sign_rows,charset
speaker-1,loudspeaker,site/estate-1,,,
speaker-2,loudspeaker,site/estate-2,,,
sign-1,booth-sign,site/estate-1,96,16,gb2312
bus-1,bus-screen,route/route-1,128,16,gbk
bike-1,bike-lock,fleet/fleet-1,,,
`;

if (!chromiumInstalled) process.stderr.write('item library end-to-end test skipped: no Chromium\n');

describe.skipIf(!chromiumInstalled)('the item library in the browser', () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let wang: Person;
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      consoleDirectory: built.directory,
      changes: { 'sites/devices.csv': devices },
      deps: { hasher: new CountingHasher() },
    });
    expect((await gateway.import()).status).toBe(200);
    await gateway.approve();
    wang = await Person.enter(gateway, 'wang', ['editor']);
    const put = await wang.call('PUT', '/api/drafts/signs', signs, { 'if-none-match': '*' });
    expect([put.status, JSON.stringify(put.body)]).toEqual([200, expect.any(String)]);
    const heard = join(gateway.root, 'heard.wav');
    await writeFile(heard, tone(30));
    browser = await launchChromium(microphone, allowed, `--use-file-for-fake-audio-capture=${heard}`);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await built?.remove();
  });

  /** A browser in which the editor is logged in. */
  const open = async (path: string, options: BrowserContextOptions = {}, from = browser, url = gateway.gateway.url) => {
    const context = await from.newContext({ ...desktop, reducedMotion: 'reduce', ...options });
    const [name = '', value = ''] = wang.cookie.split('=');
    await context.addCookies([{ name, value, url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${url}${path}`);
    return page;
  };
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const draft = async (id: string) => (await wang.call('GET', `/api/drafts/${id}`)).body as DraftView;
  const audioOf = async (id: string) =>
    ((await draft(id)).campaign.items as { audio: { dialect: string; recording?: string }[] }[])[0]?.audio;
  const recordings = async () => (await wang.call('GET', '/api/recordings')).body as RecordingView[];
  const picture = async (page: Page, name: string) => {
    const folder = process.env.XIAOLABA_PICTURES;
    if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: false });
  };

  it('shows every item as signs and voices will have it', async () => {
    const page = await open('/items');
    await page.locator('[data-item="signs.share"]').getByRole('button').first().click();
    const detail = page.locator('[data-item="signs.share"] .signs');
    await expect.poll(() => detail.innerText(), within).toContain('镕');
    await expect.poll(() => detail.locator('mark').allInnerTexts(), within).toContain('镕');
    expect(await detail.locator('canvas').count()).toBe(1);
    expect(await barriersOn(page)).toEqual([]);
    await picture(page, 'items-sign');

    await page.locator('[data-item="morning.brushing"]').getByRole('button').first().click();
    const hakka = page.locator('[data-item="morning.brushing"] [data-dialect=hak]');
    await expect.poll(() => hakka.innerText(), within).toContain(items.voice.standIn);
    // Why there is no such voice stands there too.
    await expect.poll(() => hakka.locator('.reason').innerText(), within).not.toBe('');
    await picture(page, 'items-voices');
    await page.getByLabel(items.list.kind).selectOption('text');
    await expect.poll(() => page.locator('[data-item]').count(), within).toBe(1);
    await page.context().close();
  }, 120_000);

  it('records what is missing and puts it into the draft', async () => {
    const page = await open('/items?tab=missing');
    const cell = page.locator('[data-cell="morning.brushing hak"]');
    await cell.waitFor();
    await picture(page, 'items-missing');
    expect(await barriersOn(page)).toEqual([]);
    await cell.getByRole('button').focus();
    await page.keyboard.press('Enter');

    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.locator('blockquote').innerText(), within).toContain('网络刷单全是骗');
    await picture(page, 'items-dialog');
    await button(page, items.microphone.start).click();
    await dialog.getByText(items.microphone.state.recording).waitFor();
    await expect.poll(() => dialog.locator('.verdict').innerText(), within).not.toContain(items.level.verdict.silent);
    await button(page, items.microphone.pause).click();
    await dialog.getByText(items.microphone.state.paused).waitFor();
    await button(page, items.microphone.resume).click();
    await expect.poll(() => dialog.getByRole('timer').innerText(), within).toMatch(/^0:0[3-9]/);
    await picture(page, 'items-recording');
    await button(page, items.microphone.stop).click();

    const handle = dialog.getByRole('slider', { name: items.trim.from });
    await handle.waitFor();
    await handle.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await handle.getAttribute('aria-valuenow')).toBe('0.10');
    const exact = dialog.getByRole('spinbutton', { name: items.trim.to });
    await exact.fill('2.6');
    await exact.press('Tab');
    expect(await dialog.getByRole('slider', { name: items.trim.to }).getAttribute('aria-valuenow')).toBe('2.60');
    await picture(page, 'items-trim');
    expect(await barriersOn(page)).toEqual([]);
    await button(page, items.clip.keep).click();

    await dialog.getByRole('link', { name: items.dialog.openDraft }).waitFor(measured);
    await expect.poll(() => dialog.locator('.figures').first().innerText(), within).toContain('LUFS');
    await picture(page, 'items-kept');
    const [kept] = await recordings();
    expect(kept?.title).toBe(`刷单-${dialect.hak}`);
    // 0.1 to 2.6 seconds; codecs pad by some milliseconds.
    expect(Math.abs((kept?.figures?.durationMs ?? 0) - 2500)).toBeLessThan(100);
    expect((await audioOf('morning'))?.find((one) => one.dialect === 'hak')?.recording).toBe(kept?.name);
    expect((await draft('morning')).state).toBe('draft');

    await button(page, items.dialog.close).click();
    await expect.poll(() => cell.innerText(), within).toContain(items.voice.recording);
    await page.context().close();
  }, 120_000);

  it('says why a recording is refused, and keeps what was chosen', async () => {
    const page = await open('/items?tab=recordings');
    await button(page, items.recordings.make).click();
    const silence = tone(3).fill(0, 44);
    await page.locator('input[type=file]').setInputFiles([
      { name: '无声.wav', mimeType: 'audio/wav', buffer: silence },
      { name: '提示音.wav', mimeType: 'audio/wav', buffer: tone(3) },
    ]);
    const clip = page.getByRole('region', { name: '无声', exact: true });
    await clip.getByRole('button', { name: items.clip.keep }).click();
    await expect.poll(() => clip.getByRole('alert').innerText(), measured).toContain(items.clip.still);
    await picture(page, 'items-refused');
    expect(await clip.getByRole('slider').count()).toBe(2);
    await page
      .getByRole('region', { name: '提示音', exact: true })
      .getByRole('button', { name: items.clip.keep })
      .click();
    await expect.poll(async () => (await recordings()).map(({ title }) => title), measured).toContain('提示音');
    await page.context().close();
  }, 120_000);

  it('does not delete what is used, and says where it is', async () => {
    const page = await open('/items?tab=recordings');
    const used = page.locator('[data-recording]', { hasText: '刷单' });
    await used.getByRole('button', { name: new RegExp(items.recordings.remove) }).click();
    await page.getByRole('dialog').getByRole('button', { name: items.recordings.remove, exact: true }).click();
    await expect.poll(() => used.getByRole('alert').innerText(), within).toContain('早高峰');
    await picture(page, 'items-recordings');
    expect(await barriersOn(page)).toEqual([]);
    const spare = page.locator('[data-recording]', { hasText: '提示音' });
    await spare.getByRole('button', { name: new RegExp(items.recordings.remove) }).click();
    await page.getByRole('dialog').getByRole('button', { name: items.recordings.remove, exact: true }).click();
    await expect.poll(() => spare.count(), within).toBe(0);
    expect((await recordings()).map(({ title }) => title)).not.toContain('提示音');
    await page.context().close();
  }, 120_000);

  it('explains a microphone that may not be used', async () => {
    const strict = await launchChromium(microphone, '--host-resolver-rules=MAP desk.test 127.0.0.1');
    try {
      const page = await open('/items?tab=recordings', {}, strict);
      await button(page, items.recordings.make).click();
      await button(page, items.microphone.start).click();
      const alert = page.getByRole('alert');
      await expect.poll(() => alert.innerText(), within).toContain(items.microphone.trouble.refused.what);
      await picture(page, 'items-denied');

      const elsewhere = gateway.gateway.url.replace('127.0.0.1', 'desk.test');
      const other = await open('/items?tab=recordings', {}, strict, elsewhere);
      await button(other, items.recordings.make).click();
      await button(other, items.microphone.start).click();
      await expect.poll(() => other.getByRole('alert').innerText(), within).toContain(elsewhere);
    } finally {
      await strict.close();
    }
  }, 120_000);

  it('fits a telephone, in the dark too', async () => {
    const page = await open('/items', { ...phone, colorScheme: 'dark' });
    await page.locator('[data-item]').first().waitFor();
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    for (const tab of ['items', 'missing', 'recordings', 'films'] as const) {
      await page.getByRole('tab', { name: items.tabs[tab], exact: true }).click();
      await page.locator(`#items-${tab}[aria-selected=true]`).waitFor();
      await expect.poll(() => page.locator('.skeleton').count(), within).toBe(0);
      expect([tab, await wide()]).toEqual([tab, 0]);
      expect([tab, await barriersOn(page)]).toEqual([tab, []]);
      await picture(page, `phone-${tab}`);
    }
    expect(complaints).toEqual([]);
  }, 120_000);
});
