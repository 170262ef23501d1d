import { readFileSync } from 'node:fs';
import type { AlertView } from '@xiaolaba/gateway/contract';
import { encodeMessage, type KeyList, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { wrapSeed } from '@xiaolaba/protocol/web-crypto';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/accounts/roles.js';
import { MqttDevice } from '../../../src/testing/mqtt-device.js';
import { at, TestGateway } from '../../../src/testing/open-gateway.js';
import { CountingHasher, Person } from '../../../src/testing/person.js';
import { tickerContent } from '../../../src/testing/ticker-content.js';
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
import { zhCN } from '../messages/zh-CN.js';

const { alerts: words, signing } = zhCN;
/** Voices are rendered. */
const slowly = { timeout: 40_000, interval: 200 };
const passphrase = '十二个红灯笼挂在桥头上';
const [root, li, chen] = [generateKeyPair(), generateKeyPair(), generateKeyPair()];
const listed = ({ publicKey }: KeyPair) => ({
  ...{ alg: 'Ed25519' as const, kid: publicKey.kid, key: toBase64(publicKey.bytes) },
});
const keys: KeyList = {
  ...{ v: 1, version: 1, issuedAt: 1, root: { keys: [listed(root)], threshold: 1 } },
  approvers: [
    { ...listed(li), name: '李卫国', may: ['release', 'alert'] },
    { ...listed(chen), name: '陈晓燕', may: ['release', 'alert'] },
  ],
  thresholds: { release: 1, stop: 1, alert: 2 },
};
const playlists = new URL('../../../../playlists/alerts/', import.meta.url);
const prepared = (name: string) => readFileSync(new URL(`${name}.yaml`, playlists), 'utf8');
const cap = `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>msg-1</identifier><sender>ga@example</sender>
<sent>2026-11-20T06:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><language>zh-CN</language><category>Security</category><event>诈骗</event><urgency>Immediate</urgency>
<severity>Severe</severity><certainty>Observed</certainty><expires>2026-11-20T07:00:00+08:00</expires>
<headline>假公安来电</headline><area><areaDesc>甲</areaDesc><circle>23.4,115.1 0.5</circle></area></info></alert>`;

if (!chromiumInstalled) process.stderr.write('alerts end-to-end test skipped: no Chromium is installed\n');

describe.skipIf(!chromiumInstalled)('alerts in the browser', () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let browser: Browser;
  let sign: MqttDevice;
  const people = new Map<string, Person>();
  const complaints: string[] = [];

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      openReading: false,
      consoleDirectory: built.directory,
      deps: { hasher: new CountingHasher() },
      changes: {
        ...tickerContent(),
        'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
speaker-1,loudspeaker,site/estate-1,,,
sign-1,booth-sign,site/estate-1,64,16,gbk
sign-2,booth-sign,site/estate-2,64,16,gbk
bus-1,bus-screen,route/route-1,128,16,gbk
`,
        'alerts/exercise.yaml': prepared('exercise'),
        'alerts/false-police-calls.yaml': prepared('false-police-calls'),
      },
    });
    expect((await gateway.import()).status).toBe(200);
    const list = await sealEnvelope('key-list', encodeMessage(keys), [root.signer]);
    expect((await gateway.admin('POST', '/api/key-lists', list)).status).toBe(200);
    const roles: Record<string, Role[]> = { wang: ['editor'], li: ['approver'], chen: ['approver'], zhao: ['officer'] };
    for (const [login, held] of Object.entries(roles)) people.set(login, await Person.enter(gateway, login, held));
    sign = await MqttDevice.enrol(gateway, 'sign-1');
    await sign.connect(gateway.gateway.mqttPort);
    await sign.hello('booth-sign', at('06:00'), { outputs: ['text'] });
    await gateway.enrol('sign-2', generateKeyPair().publicKey.bytes);
    browser = await launchChromium();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await sign?.close();
    await gateway?.close();
    await built?.remove();
  });

  const person = (login: string): Person => people.get(login) ?? new Person(gateway);
  /** A browser in which somebody is logged in. */
  const open = async (login: string, path: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ ...desktop, reducedMotion: 'reduce', ...options });
    const [name = '', value = ''] = person(login).cookie.split('=');
    await context.addCookies([{ name, value, url: gateway.gateway.url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${gateway.gateway.url}${path}`);
    return page;
  };
  const all = async () => (await person('wang').call('GET', '/api/alerts')).body as AlertView[];
  const keyFile = async ({ seed, publicKey }: KeyPair) => ({
    ...{ name: 'approver.json', mimeType: 'application/json' },
    buffer: Buffer.from(encodeMessage(await wrapSeed(seed, publicKey, passphrase))),
  });
  const unlock = async (page: Page, key: KeyPair) => {
    await page.locator('.key input[type=file]').setInputFiles(await keyFile(key));
    await page.locator('.key input[name=passphrase]').fill(passphrase);
    await page.getByRole('button', { name: signing.unlock, exact: true }).click();
    await page.locator('.key[data-state=unlocked]').waitFor();
  };
  const width = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);
  const picture = async (page: Page, name: string, whole = true) => {
    const folder = process.env.XIAOLABA_PICTURES;
    if (!folder) return;
    const before = page.viewportSize();
    const height = await page.evaluate(() => (document.querySelector('main')?.scrollHeight ?? 0) + 80);
    if (whole && before) await page.setViewportSize({ ...before, height: Math.max(before.height, height) });
    for (const theme of ['light', 'dark']) {
      await page.evaluate((value) => {
        document.documentElement.dataset.theme = value;
      }, theme);
      await page.screenshot({ path: `${folder}/${name}-${theme}.png` });
    }
    if (before) await page.setViewportSize(before);
  };

  it('goes from an empty screen to a released exercise with two signatures of two browsers', async () => {
    const watching = await open('li', '/coverage', phone);
    const page = await open('wang', '/alerts');
    await page.getByText(words.now.none).waitFor();
    // Neither is chosen, and nothing can be filled in before.
    expect(await page.locator('[data-status][aria-pressed=true]').count()).toBe(0);
    expect(await page.locator('[data-act=prepare]').count()).toBe(0);
    await page.locator('[data-status=actual]').click();
    expect(await page.locator('[data-text=exercise]').count()).toBe(0);
    await page.locator('[data-status=exercise]').click();
    expect(await page.locator('[data-act=prepare]').isDisabled()).toBe(true);
    await page.locator('[data-text=exercise]').click();
    await page.locator('input[name=field-area]').fill('甲小区');
    await page.locator('[data-choice=town]').click();
    await page.locator('select[name=minutes]').selectOption('15');
    // Whatever takes the page away, it comes back with what was chosen, and says so.
    await page.reload();
    await page.locator('.kept').waitFor();
    expect(await page.locator('input[name=field-area]').inputValue()).toBe('甲小区');
    const preview = page.locator('[data-preview]');
    await expect.poll(() => preview.innerText().catch(() => ''), slowly).toContain('【演练】');
    expect(await preview.locator('[data-dialect=cmn]').innerText()).toContain('现在是演练，现在是演练。甲小区');
    expect(await preview.locator('.facts').innerText()).toContain('李卫国、陈晓燕');
    await picture(page, 'make-both');
    await page.locator('[data-output=text]').click();
    await expect.poll(() => preview.locator('[data-dialect]').count(), slowly).toBe(0);
    await expect.poll(() => page.locator('.seen').getAttribute('aria-busy'), slowly).toBe('false');
    expect(await barriersOn(page)).toEqual([]);
    await picture(page, 'make');
    await page.locator('[data-act=prepare]').click();
    const card = page.locator('.alert[data-state=waiting]');
    await card.waitFor();
    // An editor sees who may sign, and does not.
    expect(await card.locator('.may').innerText()).toContain('李卫国、陈晓燕');
    expect(await card.locator('[data-act=open-sign]').count()).toBe(0);
    expect(await page.locator('.kinds [aria-pressed=true]').count()).toBe(0);

    // Whoever has another page open learns of it at once, and is led to it.
    const banner = watching.locator('[data-banner]');
    await banner.waitFor();
    expect(await banner.innerText()).toMatch(/演练[\s\S]*等签名/);
    await picture(watching, 'banner-phone', false);
    await banner.click();
    await watching.locator('[data-act=open-sign][aria-expanded=true]').waitFor();
    const exact = await watching.locator('.signing .exact code').innerText();
    expect(exact).toBe((await all())[0]?.candidate);
    expect(await watching.locator('.signing .text').innerText()).toContain('【演练】');
    await unlock(watching, li);
    expect(await width(watching)).toBe(390);
    expect(await barriersOn(watching)).toEqual([]);
    await picture(watching, 'sign-phone');
    await watching.locator('[data-act=sign]').click();
    await expect.poll(() => card.locator('.have').getAttribute('data-signed'), within).toBe('1');
    await card.getByText('李卫国 已签').waitFor();

    const second = await open('chen', '/alerts');
    await second.locator('[data-act=open-sign]').click();
    await unlock(second, chen);
    await picture(second, 'sign');
    const before = sign.received('assignment').length;
    await second.locator('[data-act=sign]').click();
    await sign.awaits('assignment', before + 1);
    await card.page().locator('.alert[data-state=on-air]').waitFor();
    const [alert] = await all();
    expect(alert).toMatchObject({ status: 'exercise', state: 'on-air', approval: { missing: 0 } });
    expect(alert?.id).toMatch(/^exercise-/);
    const told = sign.received('assignment').at(-1) as { payload: string };
    expect(Buffer.from(told.payload, 'base64').toString()).toContain(alert?.release ?? 'none');

    const onAir = page.locator('.alert[data-state=on-air]');
    expect(await onAir.locator('.left b').innerText()).toMatch(/^1[45]:\d\d$/);
    await onAir.locator('.awaiting').waitFor();
    await onAir.getByText(/^签名：(李卫国、陈晓燕|陈晓燕、李卫国)$/).waitFor();
    const release = alert?.release ?? '';
    sign.write(
      { seq: 1, at: at('06:00') + 1000, kind: 'active', assignment: 2, releases: [release] },
      {
        ...{ seq: 2, at: at('06:01'), kind: 'play', release, campaign: alert?.id ?? '', cue: 'show', item: 'alert' },
        ...{ output: 'text', dueAt: at('06:00'), startedAt: at('06:00') + 2000, playedMs: 58_000, expectedMs: 58_000 },
        ...{ result: 'completed', evidence: 'claimed', pauses: 0 },
      },
    );
    await sign.sendRecords(1, 2);
    await expect.poll(() => onAir.locator('[data-step=sounded]').innerText(), within).toContain('1/2');
    await onAir.locator('.first').waitFor();
    await onAir.locator('summary').click();
    expect(await onAir.locator('[data-device=sign-2]').getAttribute('data-stage')).toBe('offline');
    expect(await onAir.locator('[data-device=sign-1]').getAttribute('data-stage')).toBe('sounded');
    await picture(page, 'on-air');
    for (const one of [watching, second, page]) await one.context().close();
  }, 120_000);

  it('is ended early with a reason, and stays in the history', async () => {
    const page = await open('wang', '/alerts');
    await page.locator('[data-act=end]').click();
    expect(await page.locator('dialog button[type=submit]').isDisabled()).toBe(true);
    await page.locator('input[name=end-reason]').fill('演练结束');
    await page.locator('dialog button[type=submit]').click();
    await page.getByText(words.now.none).waitFor();
    const past = page.locator('[data-past]').first();
    expect(await past.getAttribute('data-state')).toBe('ended');
    expect(await past.innerText()).toMatch(/wang 结束：演练结束[\s\S]*1\/2 台播出/);
    await past.getByRole('link').click();
    const card = page.locator('.alert[data-state=ended]');
    await card.waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), card.locator('[data-act=cap]').click()]);
    expect(readFileSync(await download.path(), 'utf8')).toContain('<status>Exercise</status>');
    await picture(page, 'history');
    await page.context().close();
  }, 60_000);

  it('takes a CAP file in, which waits for two approvers at one desk', async () => {
    const page = await open('li', '/alerts', phone);
    const file = { name: 'in.xml', mimeType: 'text/xml', buffer: Buffer.from(cap) };
    await page.locator('input[name=cap]').setInputFiles({ ...file, buffer: Buffer.from('<no/>') });
    await page.locator('.cap .complaint').waitFor();
    // What li takes in is li's own; somebody else hands the file over.
    const editor = await open('wang', '/alerts');
    await editor.locator('input[name=cap]').setInputFiles(file);
    await editor.locator('[data-outcome=alert]').waitFor({ timeout: slowly.timeout });
    await editor.locator('.alert.actual[data-state=waiting]').waitFor();
    await picture(editor, 'cap');
    await editor.locator('input[name=cap]').setInputFiles(file);
    await editor.locator('[data-outcome=duplicate]').waitFor();
    await editor.context().close();

    await page.locator('.alert[data-state=waiting] [data-act=open-sign]').click();
    await unlock(page, li);
    // It says what was not listened to, and lets an urgent one be signed all the same.
    await page.locator('[data-spoken="alert/cmn"]').waitFor();
    expect(await page.locator('[data-unheard]').innerText()).toContain('你没有听：普通话');
    expect(await barriersOn(page)).toEqual([]);
    await picture(page, 'sign-real-phone');
    await page.locator('[data-act=sign]').click();
    await page.getByText(words.signing.yours).waitFor();
    await page.locator('.guest summary').click();
    await page.locator('input[name=guest-key]').setInputFiles(await keyFile(li));
    await page.locator('input[name=guest-passphrase]').fill(passphrase);
    await page.getByRole('button', { name: words.signing.otherSign }).click();
    await page.getByText(words.signing.otherSame).waitFor();
    await page.locator('input[name=guest-key]').setInputFiles(await keyFile(chen));
    await page.getByRole('button', { name: words.signing.otherSign }).click();
    await page.locator('.alert.actual[data-state=on-air]').waitFor();
    expect(await width(page)).toBe(390);

    // Replaced: its own places and words, real as it was, problems beside their fields; the earlier one stays meanwhile.
    await page.locator('[data-act=replace]').click();
    await page.locator('[data-status=actual][aria-pressed=true]').waitFor();
    expect(await page.locator('[data-status=exercise]').isDisabled()).toBe(true);
    expect(await page.locator('[data-choice="site/estate-1"]').getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('input[name=free-title]').inputValue()).toBe('假公安来电');
    const spoken = page.locator('textarea[name=spoken-cmn]');
    await spoken.fill('请打13800138000');
    await expect.poll(() => spoken.getAttribute('aria-invalid'), slowly).toBe('true');
    expect(await page.locator('.field', { has: spoken }).locator('.found').innerText()).not.toBe('');
    expect(await page.locator('[data-act=prepare]').isDisabled()).toBe(true);
    await picture(page, 'replace-phone');
    await spoken.fill('假公安来电，马上挂断。');
    await expect.poll(() => spoken.getAttribute('aria-invalid'), slowly).toBe('false');
    await expect.poll(() => page.locator('.seen').getAttribute('aria-busy'), slowly).toBe('false');
    await page.locator('[data-act=prepare]').click();
    await page.locator('.alert[data-state=waiting] .own').waitFor();
    expect(await page.locator('.alert[data-state=on-air]').count()).toBe(1);
    await page.context().close();
    expect(complaints).toEqual([]);
  }, 120_000);

  it('shows an officer everything and lets them do nothing', async () => {
    const page = await open('zhao', '/alerts');
    await page.locator('.alert[data-state=on-air]').waitFor();
    expect(await page.locator('[data-act=end], [data-act=replace], [data-status], input[name=cap]').count()).toBe(0);
    await page.context().close();
  }, 30_000);
});
