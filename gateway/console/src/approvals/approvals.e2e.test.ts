import { readFile } from 'node:fs/promises';
import type { CampaignView, StopOrderView } from '@xiaolaba/gateway/contract';
import { encodeMessage, fromBase64, type KeyList, sealEnvelope } from '@xiaolaba/protocol';
import { generateKeyPair, publicKeyFrom } from '@xiaolaba/protocol/node';
import { wrapSeed } from '@xiaolaba/protocol/web-crypto';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/accounts/roles.js';
import { MqttDevice } from '../../../src/testing/mqtt-device.js';
import { at, TestGateway } from '../../../src/testing/open-gateway.js';
import { CountingHasher, Person, testPassword } from '../../../src/testing/person.js';
import { type BuiltConsole, buildConsole, chromiumInstalled, launchChromium, phone, within } from '../../dev/e2e.js';
import { tone } from '../../dev/tone.js';
import { zhCN } from '../messages/zh-CN.js';

const passphrase = '十二个红灯笼挂在桥头上';
const { approvals, signing, stop } = zhCN;

/** A campaign that is heard in two dialects and read on signs. */
const campaign = (text: string, to = '10:00') => ({
  id: 'warning',
  title: { zh: '防刷单', en: 'Brushing' },
  valid: { from: '2026-11-01', to: '2026-12-31' },
  audience: { profiles: ['loudspeaker', 'booth-sign'], kinds: ['estate'] },
  items: [
    {
      id: 'one',
      title: { zh: '刷单', en: 'Brushing' },
      text,
      audio: [
        { dialect: 'cmn', recording: 'chime.wav' },
        { dialect: 'yue', recording: 'chime.wav' },
      ],
    },
  ],
  cues: [
    {
      ...{ id: 'said', items: ['one'], output: 'audio', every: '30m', priority: 50, 'volume-cap': 80 },
      windows: [{ days: 'workdays', from: '07:00', to }],
    },
    {
      ...{ id: 'shown', items: ['one'], output: 'text', continuous: true, priority: 20 },
      windows: [{ days: 'every-day', from: '07:00', to: '20:00' }],
    },
  ],
});

if (!chromiumInstalled) process.stderr.write('approvals end-to-end test skipped: chromium is not installed\n');

describe.skipIf(!chromiumInstalled)('approving in the browser', () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let browser: Browser;
  const people = new Map<string, Person>();
  const devices: MqttDevice[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      openReading: false,
      consoleDirectory: built.directory,
      deps: { hasher: new CountingHasher() },
      changes: {
        'campaigns/morning.yaml': undefined,
        'campaigns/arrival.yaml': undefined,
        'campaigns/warning.yaml': JSON.stringify(campaign('刷单就是诈骗')),
        'audio/chime.wav': tone(1),
        'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
speaker-1,loudspeaker,site/estate-1,,,
sign-2,booth-sign,site/estate-2,64,16,gbk
bus-1,bus-screen,route/route-1,128,16,gbk
`,
      },
    });
    await gateway.import();
    browser = await launchChromium();
    const roles: Record<string, Role[]> = {
      ...{ li: ['approver'], chen: ['approver'], wang: ['editor', 'approver'] },
      ...{ zhao: ['officer'], zhang: ['technician'] },
    };
    for (const [login, held] of Object.entries(roles)) people.set(login, await Person.enter(gateway, login, held));
  });
  afterAll(async () => {
    await browser?.close();
    for (const device of devices) await device.close();
    await gateway?.close();
    await built?.remove();
  });

  const person = (login: string): Person => people.get(login) ?? new Person(gateway);
  /** A browser in which somebody is logged in. */
  const browserOf = async (login: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    const [name = '', value = ''] = person(login).cookie.split('=');
    await context.addCookies([{ name, value, url: gateway.gateway.url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  };
  const goto = (page: Page, path: string) => page.goto(`${gateway.gateway.url}${path}`);
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const view = async (): Promise<CampaignView | undefined> =>
    ((await gateway.admin('GET', '/api/campaigns')).body as CampaignView[]).find(({ id }) => id === 'warning');
  const candidateOf = async (revision: number) => {
    await expect.poll(async () => (await view())?.state, within).toBe('candidate');
    const found = await view();
    expect(found?.revision).toBe(revision);
    return found?.candidates[0];
  };
  const rewrite = async (text: string, to?: string) => {
    const wang = person('wang');
    const held = (await wang.call('GET', '/api/drafts/warning')).headers.get('etag') ?? '';
    const put = await wang.call('PUT', '/api/drafts/warning', campaign(text, to), { 'if-match': held });
    expect([put.status, JSON.stringify(put.body)]).toEqual([200, expect.any(String)]);
    const etag = put.headers.get('etag') ?? '';
    expect((await wang.call('POST', '/api/drafts/warning/submit', undefined, { 'if-match': etag })).status).toBe(200);
  };
  const keyFile = async (): Promise<Buffer> => {
    const { seed, publicKey } = gateway.approver;
    return Buffer.from(encodeMessage(await wrapSeed(seed, publicKey, passphrase)));
  };
  const importKey = async (page: Page) => {
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'approver.json', mimeType: 'application/json', buffer: await keyFile() });
    await page.locator('.key[data-state=locked]').waitFor();
  };
  const unlock = async (page: Page) => {
    await page.locator('input[name=passphrase]').fill(passphrase);
    await button(page, signing.unlock).click();
    await page.locator('.key[data-state=unlocked]').waitFor();
  };
  const listen = async (page: Page) => {
    const sign = page.locator('.button.sign');
    const spoken = page.locator('[data-spoken]');
    const count = await spoken.count();
    expect(count).toBe(2);
    for (let at = 0; at < count; at++) {
      expect(await sign.isDisabled()).toBe(true);
      await spoken
        .nth(at)
        .locator('audio')
        .evaluate((audio: HTMLAudioElement) => {
          audio.playbackRate = 4;
        });
      await spoken.nth(at).locator('.toggle').click();
      await spoken.nth(at).locator('.done').waitFor();
    }
    expect(await page.locator('.heard').innerText()).toContain('2/2');
  };

  it('puts on air what an approver has read, heard and signed, on a phone', async () => {
    const candidate = await candidateOf(1);
    const page = await browserOf('li', phone);
    await goto(page, '/approvals');
    await page.locator('[data-campaign=warning]').click();
    await page.waitForURL('**/approvals/warning');
    expect(await page.locator('.exact code').innerText()).toBe(candidate?.sha256);
    expect(await page.locator('.reach').innerText()).toMatch(/2[\s\S]*1500/);
    await page.getByText('刷单就是诈骗').first().waitFor();
    await importKey(page);
    await unlock(page);
    await listen(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.locator('.button.sign').click();
    await page.waitForURL('**/approvals');
    expect(await page.locator('.told').innerText()).toBe(
      approvals.onAir.replace('{title}', '防刷单').replace('{n}', '1'),
    );
    expect(await view()).toMatchObject({ state: 'released', releases: [{ revision: 1, places: 2 }] });
    await page.context().close();
  });

  it('shows what changed word by word, and lets nobody approve their own', async () => {
    await rewrite('刷单都是诈骗', '11:00');
    await candidateOf(2);
    const page = await browserOf('wang');
    await goto(page, '/approvals/warning');
    const change = page.locator('[data-change="text/one"]');
    await change.waitFor();
    expect(await change.locator('del').allInnerTexts()).toEqual(['就是']);
    expect(await change.locator('ins').allInnerTexts()).toEqual(['都是']);
    expect(await page.locator('[data-change="cue/said"] ins').innerText()).toContain('11');
    expect(await page.locator('.change').count()).toBe(2);
    expect(await page.locator('.own').innerText()).toBe(approvals.own);
    expect(await page.locator('.button.sign').count()).toBe(0);
    await page.context().close();
  });

  it('asks for two approvers where the key list says so; one makes the key in the browser', async () => {
    const page = await browserOf('chen');
    await goto(page, '/approvals');
    await page.locator('input[name=new-passphrase]').fill(passphrase);
    await page.locator('input[name=again]').fill('something else');
    await button(page, signing.make).click();
    expect(await page.locator('.key .complaint').innerText()).toBe(signing.differ);
    await page.locator('input[name=again]').fill(passphrase);
    await button(page, signing.make).click();
    await page.locator('.key[data-state=unlocked]').waitFor();
    await page.locator('.key summary').click();
    const key = await page.locator('.key .public').innerText();
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, signing.export).click()]);
    expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toMatchObject({ kind: 'xiaolaba-key', key });

    const root = generateKeyPair();
    const listed = (bytes: Uint8Array) => {
      const { alg, kid } = publicKeyFrom(bytes);
      return { alg, kid, key: Buffer.from(bytes).toString('base64') };
    };
    const may = ['release' as const, 'stop' as const, 'alert' as const];
    const list: KeyList = {
      ...{ v: 1, version: 1, issuedAt: gateway.clock.now() },
      root: { keys: [listed(root.publicKey.bytes)], threshold: 1 },
      approvers: [
        { ...listed(gateway.approver.publicKey.bytes), name: '李卫国', may },
        { ...listed(fromBase64(key) ?? new Uint8Array()), name: '陈晓燕', may },
      ],
      thresholds: { release: 2, stop: 1, alert: 2 },
    };
    const taken = await gateway.admin(
      'POST',
      '/api/key-lists',
      await sealEnvelope('key-list', encodeMessage(list), [root.signer]),
    );
    expect(taken.status).toBe(200);

    const other = await browserOf('li');
    await goto(other, '/approvals/warning');
    await importKey(other);
    await unlock(other);
    await listen(other);
    await other.locator('.button.sign').click();
    expect(await other.locator('.told').innerText()).toBe(
      approvals.taken.replace('{title}', '防刷单').replace('{n}', '1'),
    );
    await other.getByText(approvals.youSigned).waitFor();
    expect((await view())?.state).toBe('candidate');
    await other.context().close();

    // The key was locked when the page was left.
    await goto(page, '/approvals/warning');
    await page.locator('.signers', { hasText: '李卫国' }).waitFor();
    await page.locator('details.list summary').click();
    expect(await page.locator('details.list li').allInnerTexts()).toEqual([
      expect.stringContaining('李卫国'),
      expect.stringContaining('陈晓燕'),
    ]);
    await unlock(page);
    await listen(page);
    await page.locator('.button.sign').click();
    await page.waitForURL('**/approvals');
    expect(await view()).toMatchObject({ state: 'released', revision: 2 });
    expect((await view())?.releases[0]?.approvedBy).toHaveLength(2);
    await page.context().close();
  });

  it('sends a draft back with the reason', async () => {
    await rewrite('刷单都是骗局');
    await candidateOf(3);
    const page = await browserOf('chen');
    await goto(page, '/approvals/warning');
    await button(page, approvals.reject).click();
    await page.locator('textarea[name=reason]').fill('请写明金额');
    await button(page, approvals.rejectNow).click();
    await page.waitForURL('**/approvals');
    const { body } = await person('wang').call('GET', '/api/drafts/warning');
    expect(body).toMatchObject({ state: 'rejected', reason: '请写明金额' });
    await page.context().close();
  });

  it('has an officer prepare a stop order, and asks for nothing that a role may not see', async () => {
    const officer = await browserOf('zhao', phone);
    const refused: string[] = [];
    const listen = (page: Page) =>
      page.on('response', (response) => {
        if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
      });
    listen(officer);
    await goto(officer, '/stop');
    await officer.locator('[data-scope=townships]').click();
    await officer.locator('[data-choice=town]').click();
    await officer.locator('input[name=reason]').fill('现场投诉');
    await officer.locator('[data-act=prepare]').click();
    await officer.getByText(stop.handOn.stop).waitFor();
    expect(await officer.locator('.key, [data-act=give]').count()).toBe(0);
    expect(await officer.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    const address = await officer.locator('.address code').innerText();
    expect((await gateway.admin('GET', '/api/stop-orders')).body).toEqual([]);

    const approver = await browserOf('chen');
    await approver.goto(address);
    await approver.locator('[data-choice=town][aria-pressed=true]').waitFor();
    expect(await approver.locator('input[name=reason]').inputValue()).toBe('现场投诉');
    await approver.locator('[data-act=prepare]').click();
    await approver.locator('.form .key').waitFor();
    await approver.context().close();

    const technician = await browserOf('zhang');
    listen(technician);
    await goto(technician, '/stop');
    await technician.getByText(stop.notAllowed).waitFor();
    for (const page of [officer, technician]) {
      await goto(page, '/approvals');
      await page.getByText(approvals.notAllowed, { exact: true }).waitFor();
      expect(await page.getByText(approvals.none).count()).toBe(0);
      await page.context().close();
    }
    expect(refused).toEqual([]);
  });

  it('stops a place from a phone, shows who obeys, and lifts it', async () => {
    for (const id of ['speaker-1', 'sign-2']) devices.push(await MqttDevice.enrol(gateway, id));
    const [speaker] = devices;
    if (!speaker) throw new Error('no device');
    await speaker.connect(gateway.gateway.mqttPort);
    const obey = async (event: 'stopped' | 'stop-lifted', seq: number) => {
      speaker.write({ seq, at: gateway.clock.now(), kind: 'event', event });
      await speaker.sendRecords(seq, seq);
      await gateway.gateway.settled();
    };
    const page = await browserOf('li', phone);
    await goto(page, '/stop');
    await page.locator('[data-scope=townships]').click();
    expect(await page.locator('[data-act=prepare]').isDisabled()).toBe(true);
    await page.locator('[data-choice=town]').click();
    await page.locator('input[name=reason]').fill('演练');
    await page.locator('[data-act=prepare]').click();
    expect(await page.locator('.form .reach').innerText()).toMatch(/7 处[\s\S]*2 台终端，其中 1 台在线/);
    await importKey(page);
    await unlock(page);
    // It is more than ten minutes since the log-in: the gateway wants to know that it is still them.
    gateway.clock.set(at('06:15'));
    await page.locator('[data-act=give]').click();
    await page.locator('input[name=proof]').fill(testPassword);
    await button(page, zhCN.confirm.yes).click();
    await page.locator('.notice').waitFor();
    await speaker.awaits('stop', 1);
    const order = page.locator('.order').first();
    expect(await order.locator('[data-device=sign-2]').getAttribute('data-status')).toBe('offline');
    await obey('stopped', 1);
    await expect.poll(() => order.locator('.obeyed').first().innerText(), within).toContain('1/2');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);

    await button(page, stop.liftThis).click();
    await page.locator('.form[data-state=lifted]').waitFor();
    await page.locator('input[name=reason]').fill('演练结束');
    await page.locator('[data-act=prepare]').click();
    await page.locator('[data-act=give]').click();
    await speaker.awaits('stop', 2);
    await obey('stop-lifted', 2);
    await expect.poll(() => page.locator('.order').count(), within).toBe(2);
    expect(await page.locator('.order').first().getAttribute('data-state')).toBe('lifted');
    const orders = (await gateway.admin('GET', '/api/stop-orders')).body as StopOrderView[];
    expect(orders.map(({ state, devices: { inScope, obeyed } }) => [state, inScope, obeyed])).toEqual([
      ['lifted', 2, 2],
      ['stop', 0, 0],
    ]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
