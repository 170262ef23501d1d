import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry, CampaignView, PendingStopView, RolloutView } from '@xiaolaba/gateway/contract';
import { encodeMessage, type KeyList, type PlayRecord, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { wrapSeed } from '@xiaolaba/protocol/web-crypto';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
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

const passphrase = '十二个红灯笼挂在桥头上';
const { keyLink, pendingStop, rollout } = zhCN;

const root = generateKeyPair();
const [liKey, chenKey] = [generateKeyPair(), generateKeyPair()];
const listed = ({ publicKey }: KeyPair) => ({
  alg: 'Ed25519' as const,
  kid: publicKey.kid,
  key: toBase64(publicKey.bytes),
});
const may = ['release' as const, 'stop' as const, 'alert' as const];
const li = { ...listed(liKey), name: '李卫国', may };
const chen = { ...listed(chenKey), name: '陈晓燕', may };
const listOf = (version: number, approvers: KeyList['approvers'], stop = 2): KeyList => ({
  ...{ v: 1, version, issuedAt: 1, root: { keys: [listed(root)], threshold: 1 }, approvers },
  thresholds: { release: 1, stop, alert: 2 },
});

if (!chromiumInstalled) process.stderr.write('trust end-to-end test skipped: no Chromium is installed\n');

describe.skipIf(!chromiumInstalled)('trust in the browser', () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let browser: Browser;
  const people = new Map<string, Person>();
  const signs: MqttDevice[] = [];
  const complaints: string[] = [];

  const handIn = async (list: KeyList) => {
    const envelope = await sealEnvelope('key-list', encodeMessage(list), [root.signer]);
    const { status, body } = await gateway.admin('POST', '/api/key-lists', envelope);
    expect([status, JSON.stringify(body)]).toEqual([200, expect.any(String)]);
  };

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      openReading: false,
      consoleDirectory: built.directory,
      deps: { hasher: new CountingHasher() },
      changes: tickerContent(),
      settings: { rollout: { firstPlaces: 1, thenPercent: [], plays: 1 } },
    });
    await gateway.import();
    await handIn(listOf(1, [li, chen]));
    for (const id of ['sign-1', 'sign-2'])
      signs.push(await (await MqttDevice.enrol(gateway, id)).connect(gateway.gateway.mqttPort));
    const roles: Record<string, Role[]> = {
      li: ['approver'],
      chen: ['approver'],
      zhao: ['officer'],
      gao: ['administrator'],
    };
    for (const [login, held] of Object.entries(roles)) people.set(login, await Person.enter(gateway, login, held));
    browser = await launchChromium();
    // The console is built first, on a machine that may have other work.
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    for (const sign of signs) await sign.close();
    await gateway?.close();
    await built?.remove();
  });

  const browserOf = async (login: string, options: BrowserContextOptions = desktop): Promise<Page> => {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const [name = '', value = ''] = (people.get(login)?.cookie ?? '').split('=');
    await context.addCookies([{ name, value, url: gateway.gateway.url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  };
  const goto = (page: Page, path: string) => page.goto(`${gateway.gateway.url}${path}`);
  const button = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true });
  const noBarriers = async (page: Page) => {
    expect(await barriersOn(page)).toEqual([]);
    const width = page.viewportSize()?.width;
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  };
  const bring = async (page: Page, { seed, publicKey }: KeyPair) => {
    const buffer = Buffer.from(encodeMessage(await wrapSeed(seed, publicKey, passphrase)));
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'approver.json', mimeType: 'application/json', buffer });
    await page.locator('.key[data-state=locked]').waitFor();
  };
  const unlock = async (page: Page) => {
    await page.locator('input[name=passphrase]').fill(passphrase);
    await page.keyboard.press('Enter');
    await page.locator('.key[data-state=unlocked]').waitFor();
  };
  const campaign = async (): Promise<CampaignView | undefined> =>
    ((await gateway.admin('GET', '/api/campaigns')).body as CampaignView[])[0];
  const rollouts = async (): Promise<RolloutView[]> =>
    (await gateway.admin('GET', '/api/rollouts')).body as RolloutView[];
  const rewrite = async (text: string) => {
    await writeFile(
      join(gateway.content, 'campaigns/ticker.yaml'),
      String(tickerContent(text)['campaigns/ticker.yaml']),
    );
    await gateway.import();
    expect((await campaign())?.state).toBe('candidate');
  };
  const press = async (target: Locator) => {
    await target.focus();
    await target.press('Enter');
  };

  it('links a key to its owner, and puts a release on air by keyboard alone', async () => {
    const page = await browserOf('li');
    await goto(page, '/approvals/ticker');
    await bring(page, liKey);
    await page.locator('[data-link=open]').first().waitFor();
    await unlock(page);
    await press(button(page, keyLink.claim).first());
    await page.locator('[data-link=mine]').first().waitFor();
    await noBarriers(page);
    expect(await page.locator('input[name=staging][value=at-once]').isChecked()).toBe(true);
    await press(page.locator('.button.sign'));
    await page.waitForURL('**/approvals');
    expect(await campaign()).toMatchObject({ state: 'released', releases: [{ approvers: ['li'] }] });
    await page.context().close();
  });

  it('goes out in waves, stops when it fails, and is taken back', async () => {
    await rewrite('刷单都是诈骗');
    const page = await browserOf('li');
    await goto(page, '/approvals/ticker');
    await bring(page, liKey);
    await unlock(page);
    await page.locator('input[name=staging][value=staged]').check();
    await page.locator('.button.sign').click();
    await page.waitForURL('**/approvals');
    expect(await page.locator('.told').innerText()).toContain('先在 1 处播出，共 2 处');
    const card = page.locator('[data-rollout=ticker]');
    await expect.poll(() => card.getAttribute('data-state'), within).toBe('running');
    await noBarriers(page);
    const [running] = await rollouts();
    const place = running?.waves[0]?.some[0];
    const sign = signs[place === 'site/estate-1' ? 0 : 1];
    gateway.clock.set(at('08:01'));
    await gateway.gateway.settled();
    sign?.write({
      ...{ seq: 1, at: at('08:00'), kind: 'play', release: running?.release ?? '', campaign: 'ticker' },
      ...{ cue: 'all-day', item: 'line', output: 'text', dueAt: at('07:00'), startedAt: at('07:00') },
      ...{ playedMs: 0, expectedMs: 3_600_000, result: 'refused', cause: 'bad-file', evidence: 'claimed', pauses: 0 },
    } as PlayRecord);
    await sign?.sendRecords(1, 1);
    await gateway.gateway.settled();
    gateway.clock.set(at('08:02'));
    await gateway.gateway.settled();
    expect((await rollouts())[0]?.state).toBe('paused');
    // A log-in of two hours ago is over; whoever stays at it logs in anew.
    await people.get('li')?.logIn('li');
    await page.context().close();

    const again = await browserOf('li', phone);
    await goto(again, '/approvals');
    const paused = again.locator('[data-rollout=ticker][data-state=paused]');
    await paused.waitFor();
    expect(await paused.innerText()).toContain(rollout.reason.errors);
    expect(await paused.locator('.causes').innerText()).toContain('1');
    await noBarriers(again);
    await button(paused, rollout.rollBack).click();
    await paused.locator('[data-step=roll-back]').click();
    const back = again.locator('[data-rollout=ticker][data-state=rolled-back]');
    await back.waitFor();
    await back.getByText(rollout.toSign).click();
    await again.waitForURL('**/approvals/ticker');
    await again.locator('.exact code').waitFor();
    expect(await again.locator('.candidate').innerText()).toContain('刷单就是诈骗');
    await bring(again, liKey);
    await unlock(again);
    await again.locator('.button.sign').click();
    await again.waitForURL('**/approvals');
    expect((await campaign())?.releases).toMatchObject([{ revision: 3, places: 2 }]);
    await again.context().close();
  });

  it('needs a second signature for a stop order, over the same bytes', async () => {
    await people.get('chen')?.logIn('chen');
    const first = await browserOf('li', phone);
    await goto(first, '/stop');
    await first.locator('[data-scope=townships]').click();
    await first.locator('[data-choice=town]').click();
    await first.locator('input[name=reason]').fill('演练');
    await first.locator('[data-act=prepare]').click();
    await bring(first, liKey);
    await unlock(first);
    await first.locator('[data-act=give]').click();
    await first.locator('.notice').waitFor();
    expect(await first.locator('.notice').innerText()).toBe(pendingStop.kept.stop.replace('{n}', '1'));
    await first.locator('[data-pending]').getByText(pendingStop.youSigned).waitFor();
    await noBarriers(first);
    await first.context().close();
    expect(signs[0]?.received('stop')).toEqual([]);
    const [waiting] = (await gateway.admin('GET', '/api/stop-orders/pending')).body as PendingStopView[];

    const second = await browserOf('chen');
    await goto(second, '/stop');
    const card = second.locator('[data-pending]');
    await press(button(card, pendingStop.open));
    const opened = card.locator('.opened');
    await opened.waitFor();
    expect(await opened.locator('code').first().innerText()).toBe(waiting?.sha256);
    expect(await opened.innerText()).toMatch(/7 处[\s\S]*原因：演练/);
    await bring(second, chenKey);
    await unlock(second);
    await noBarriers(second);
    await press(card.locator('[data-act=sign]'));
    await signs[0]?.awaits('stop', 1);
    const order = second.locator('.order').first();
    await order.waitFor();
    expect(await order.innerText()).toContain('li、陈晓燕');
    expect(await second.locator('[data-pending]').count()).toBe(0);
    await second.context().close();
  });

  it('has an administrator say whose a key is, and an officer read names', async () => {
    for (const login of ['gao', 'zhao']) await people.get(login)?.logIn(login);
    const admin = await browserOf('gao', phone);
    await goto(admin, '/accounts');
    const row = admin.locator(`[data-kid="${chenKey.publicKey.kid}"]`);
    await row.locator('select').selectOption({ label: 'chen' });
    await admin.locator('.keys .notice').waitFor();
    expect(await admin.locator('.keys .notice').innerText()).toContain('属于 chen');
    await noBarriers(admin);
    await admin.context().close();
    const officer = await browserOf('zhao');
    await goto(officer, '/audit');
    const log = officer.locator('.log');
    await log.getByText('登记密钥主人').first().waitFor();
    expect(await log.innerText()).toMatch(/gao[\s\S]*主人 chen/);
    expect(await log.innerText()).toMatch(/停播令生效[\s\S]*签名 li, 陈晓燕/);
    await noBarriers(officer);
    await officer.context().close();
    const { body } = await gateway.admin('GET', '/api/audit?action=rollout-paused');
    expect((body as AuditEntry[])[0]).toMatchObject({ who: 'machine', details: { failed: 1, causes: 'bad-file 1' } });
  });

  it('takes off the air what a revoked approver signed, and takes no signature of theirs', async () => {
    expect((await campaign())?.releases).toHaveLength(1);
    await handIn(listOf(2, [chen], 1));
    expect(await campaign()).toMatchObject({ state: 'candidate', releases: [] });
    await people.get('li')?.logIn('li');
    const page = await browserOf('li');
    await goto(page, '/approvals/ticker');
    await bring(page, liKey);
    await unlock(page);
    await page.locator('[data-link=unlisted]').first().waitFor();
    await page.locator('.button.sign').click();
    await page.locator('.box .complaint').waitFor();
    expect((await campaign())?.releases).toEqual([]);
    await page.locator('details.list summary').click();
    expect(await page.locator('details.list li').allInnerTexts()).toEqual([expect.stringContaining('chen')]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
