import type { Prediction } from '@xiaolaba/gateway/contract';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/accounts/roles.js';
import { at, TestGateway } from '../../../src/testing/open-gateway.js';
import { CountingHasher, Person, testPassword } from '../../../src/testing/person.js';
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

const { today: words, ahead } = zhCN;
const saturday = '2026-11-21';

const said = (id: string, more: object) => ({
  ...{ id, items: ['one'], output: 'audio', every: '30m', priority: 50, 'volume-cap': 80 },
  ...more,
});
const campaign = (id: string, zh: string, profile: string, cues: object[], to = '2026-12-31') => ({
  ...{ id, title: { zh, en: id }, valid: { from: '2026-11-01', to } },
  audience: profile === 'bike-lock' ? { profiles: [profile] } : { profiles: [profile], kinds: ['estate'] },
  items: [
    {
      ...{ id: 'one', title: { zh: '刷单', en: 'Brushing' }, text: '不听不信不转账' },
      audio: [{ dialect: 'cmn', recording: 'chime.wav' }],
    },
  ],
  cues,
});
const window = (from: string, to: string) => ({ windows: [{ days: 'every-day', from, to }] });
const morning = campaign(
  'morning',
  '早高峰提醒',
  'loudspeaker',
  [said('rush', window('07:00', '09:30')), said('late', { ...window('21:30', '23:00'), every: '30m' })],
  '2026-11-24',
);
const files = {
  'campaigns/arrival.yaml': undefined,
  'campaigns/morning.yaml': JSON.stringify(morning),
  'campaigns/ticker.yaml': JSON.stringify(
    campaign('ticker', '滚动字幕', 'booth-sign', [
      { id: 'shown', items: ['one'], output: 'text', continuous: true, priority: 20, ...window('07:00', '20:00') },
    ]),
  ),
  'campaigns/unlock.yaml': JSON.stringify(
    campaign('unlock', '开锁提醒', 'bike-lock', [
      {
        ...{
          id: 'open',
          items: ['one'],
          output: 'audio',
          on: 'unlock',
          cooldown: '60s',
          priority: 40,
          'volume-cap': 60,
        },
        ...window('07:00', '21:00'),
      },
    ]),
  ),
  // Waits for approval, and goes first where it is approved.
  'campaigns/urgent.yaml': JSON.stringify(
    campaign('urgent', '要紧提醒', 'loudspeaker', [said('first', { ...window('07:00', '08:00'), priority: 70 })]),
  ),
  'audio/chime.wav': tone(1),
  'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
speaker-1,loudspeaker,site/estate-1,,,
sign-1,booth-sign,site/estate-1,64,16,gbk
speaker-2,loudspeaker,site/estate-2,,,
bike-1,bike-lock,fleet/fleet-1,,,
`,
};

if (!chromiumInstalled) process.stderr.write('today end-to-end test skipped: no chromium is installed\n');

describe.skipIf(!chromiumInstalled)('the day in the browser', () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let browser: Browser;
  const people = new Map<string, Person>();
  const complaints: string[] = [];

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      begin: at('07:10'),
      openReading: false,
      consoleDirectory: built.directory,
      deps: { hasher: new CountingHasher() },
      changes: files,
    });
    expect((await gateway.import()).status).toBe(200);
    const roles: Record<string, Role[]> = {
      ...{ wang: ['editor'], li: ['approver'], zhao: ['officer'], qian: ['technician'], chen: ['administrator'] },
    };
    for (const [login, held] of Object.entries(roles)) people.set(login, await Person.enter(gateway, login, held));
    for (const id of ['morning', 'ticker', 'unlock']) await approve(id);
    // Its place awaits something from now on; what it does is not of importance here.
    await gateway.enrol('speaker-1', generateKeyPair().publicKey.bytes);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await built?.remove();
  });

  const person = (login: string): Person => people.get(login) ?? new Person(gateway);
  const approve = async (id: string) => {
    const views = (await gateway.admin('GET', '/api/campaigns')).body as {
      id: string;
      candidates: { sha256: string }[];
    }[];
    for (const { sha256 } of views.find((one) => one.id === id)?.candidates ?? [])
      expect((await gateway.admin('POST', '/api/releases', await gateway.envelopeOf(sha256))).status).toBe(200);
  };
  /** A draft as the desk writes it; handed in where that is wanted. */
  const write = async (id: string, zh: string, submit: boolean) => {
    const body = { ...campaign(id, zh, 'loudspeaker', [said('rush', window('10:00', '11:00'))]) };
    const put = await person('wang').call('PUT', `/api/drafts/${id}`, body);
    expect([put.status, JSON.stringify(put.body)]).toEqual([200, expect.any(String)]);
    if (!submit) return;
    const etag = put.headers.get('etag') ?? '';
    const sent = await person('wang').call('POST', `/api/drafts/${id}/submit`, undefined, { 'if-match': etag });
    expect(sent.status).toBe(200);
  };
  const browserOf = async (login: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ ...desktop, reducedMotion: 'reduce', ...options });
    const [name = '', value = ''] = person(login).cookie.split('=');
    await context.addCookies([{ name, value, url: gateway.gateway.url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  };
  const goto = (page: Page, path: string) => page.goto(`${gateway.gateway.url}${path}`);
  const reached = (page: Page, wanted: string) =>
    expect.poll(() => new URL(page.url()).pathname + new URL(page.url()).search, within).toBe(wanted);
  const shot = async (page: Page, name: string) => {
    const folder = process.env.SCREENSHOTS;
    if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
  };
  /** The sound that is loaded now. */
  const sound = (page: Page) =>
    page.evaluate(() => {
      const element = document.querySelector<HTMLAudioElement>('.bar audio');
      return (
        element && {
          key: element.dataset.sound,
          src: element.src,
          ready: element.readyState,
          error: element.error?.code,
        }
      );
    });
  const loaded = async (page: Page) => {
    await expect.poll(async () => (await sound(page))?.ready ?? 0, within).toBeGreaterThanOrEqual(2);
    const found = await sound(page);
    expect(found?.error).toBeUndefined();
    return found;
  };

  it('begins for each where their work is, and keeps the address that somebody wanted', async () => {
    const context = await browser.newContext({ ...desktop, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const enter = async (login: string) => {
      await page.fill('input[name=login]', login);
      await page.fill('input[name=password]', testPassword);
      await page.keyboard.press('Enter');
    };
    for (const [login, place] of [
      ['wang', '/today'],
      ['li', '/today'],
      ['zhao', '/coverage'],
      ['qian', '/coverage?show=silent'],
      ['chen', '/coverage'],
    ] as const) {
      await context.clearCookies();
      await goto(page, '/');
      await reached(page, '/login');
      await enter(login);
      await reached(page, place);
    }
    await context.clearCookies();
    await goto(page, `/places/site/estate-1/days/${saturday}/ahead`);
    await enter('zhao');
    await reached(page, `/places/site/estate-1/days/${saturday}/ahead`);
    await context.close();
  });

  it('says on a quiet day that there is nothing to do', async () => {
    const page = await browserOf('wang');
    await goto(page, '/today');
    await page.getByText(words.work.none).waitFor();
    expect(await page.locator('h1', { hasText: words.title }).innerText()).toContain('11月20日');
    expect(await page.locator('.kinds').innerText()).toContain(zhCN.dayKind.workday);
    expect(await page.locator('[data-campaign]').count()).toBe(3);
    expect(await page.locator('[data-campaign=morning]').innerText()).toContain('07:30');
    expect(await page.locator('[data-ending=morning]').innerText()).toContain('4');
    expect(await page.locator('.calendar').innerText()).toContain('41');
    await page.getByText(words.yesterday.nothing).waitFor();
    await page.context().close();
  });

  it("lists an editor's work with its reasons, and an approver's with what is missing", async () => {
    await write('back', '退回的稿', true);
    await write('open', '没交的稿', false);
    await write('handed', '交了的稿', true);
    await expect
      .poll(async () => {
        const { body } = await person('li').call('GET', '/api/campaigns');
        return (body as { id: string; state: string }[]).filter(({ state }) => state === 'candidate').length;
      }, within)
      .toBe(3);
    const rejected = await person('li').call('POST', '/api/drafts/back/reject', { reason: '金额请再核对' });
    expect(rejected.status).toBe(200);

    const page = await browserOf('wang');
    await goto(page, '/today');
    const task = (kind: string) => page.locator(`[data-task=${kind}]`);
    await task('rejected').waitFor();
    expect(await task('rejected').innerText()).toContain('金额请再核对');
    expect(await task('submit').innerText()).toContain('没交的稿');
    expect(await task('waits').innerText()).toContain('交了的稿');
    expect(await task('approve').count()).toBe(0);
    expect(await page.locator('#work-title .total').innerText()).toBe('2');
    expect(await page.locator('.acts').innerText()).not.toContain(words.acts.approve);
    await expect.poll(() => page.locator('.wait').count(), within).toBe(0);
    expect(await barriersOn(page)).toEqual([]);
    await shot(page, 'today-editor');
    await task('rejected').focus();
    await page.keyboard.press('Enter');
    await reached(page, '/drafts/back');
    await goto(page, '/today');
    await page.getByText(words.acts.table).click();
    await page.getByText(zhCN.bulletins.table.choose).waitFor();
    await page.context().close();

    const other = await browserOf('li', { colorScheme: 'dark' });
    await goto(other, '/today');
    await other.locator('[data-task=approve]').first().waitFor();
    expect(await other.locator('[data-task=approve]').count()).toBe(2);
    const mine = other.locator('[data-task=approve]', { hasText: '交了的稿' });
    expect(await mine.innerText()).toContain(words.work.approveWhy.replace('{signed}', '0').replace('{missing}', '1'));
    expect(await other.locator('.acts').innerText()).not.toContain(words.acts.bulletin);
    expect(await barriersOn(other)).toEqual([]);
    await shot(other, 'today-approver-dark');
    await mine.click();
    await reached(other, '/approvals/handed');
    await other.context().close();
  });

  it('foretells tomorrow with the places that would stay uncovered, which lead to their day', async () => {
    const page = await browserOf('wang');
    await goto(page, '/today');
    await page.locator('[data-predicted]').waitFor();
    // Nobody has enrolled this place's device.
    const uncovered = page.locator('[data-uncovered="site/estate-2"]');
    const { body } = await gateway.admin('GET', `/api/days/${saturday}/prediction`);
    const { uncovered: told } = body as Prediction;
    expect(await uncovered.innerText()).toContain(told.find(({ place }) => place === 'site/estate-2')?.message.zh);
    await uncovered.locator('a').click();
    await reached(page, `/places/site/estate-2/days/${saturday}/ahead`);
    expect(await page.locator('[data-foretold]').innerText()).toContain(ahead.predictedReason.slice(0, 5));
    await page.context().close();
  });

  it('shows a place ahead minute by minute, lets it be heard, and says what is not aired', async () => {
    const page = await browserOf('wang');
    await goto(page, `/places/site/estate-1/days/${saturday}/ahead?profile=loudspeaker`);
    await page.locator('li[data-play]').first().waitFor();
    const times = () => page.locator('li[data-play] time').allInnerTexts();
    expect(await times()).toEqual(['07:00:00', '07:30:00', '08:00:00', '08:30:00', '09:00:00', '21:30:00']);
    expect(await page.locator('li[data-play]').first().innerText()).toContain('70%');
    const dropped = page.locator('[data-reason=quiet-hours]');
    expect(await dropped.innerText()).toContain('静音');
    expect(await dropped.innerText()).toContain('22:00');

    await page.locator('li[data-play] .play').nth(1).click();
    const first = await loaded(page);
    expect(first?.src).toContain('/blobs/');
    expect(await page.locator('.bar .clock').innerText()).toMatch(/^07:30:0\d$/);
    // Through the day: one follows the other by itself, whatever lies between, and stops when told.
    await page.locator('[data-act=through]').click();
    await loaded(page);
    const played = await sound(page);
    await expect.poll(async () => (await sound(page))?.key, within).not.toBe(played?.key);
    const followed = await loaded(page);
    await page.locator('[data-act=next]').click();
    expect((await loaded(page))?.key).not.toBe(followed?.key);
    await shot(page, 'ahead-listening');
    expect(await barriersOn(page)).toEqual([]);
    await page.locator('[data-act=stop]').click();
    expect(await page.locator('.bar audio').count()).toBe(0);

    // The keyboard alone: along the strip, and Enter lets it be heard.
    await page.locator('svg.canvas').focus();
    await page.keyboard.press('Home');
    await expect.poll(() => page.locator('li.chosen time').innerText(), within).toBe('07:00:00');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('li.chosen time').innerText(), within).toBe('07:30:00');
    await page.keyboard.press('Enter');
    await loaded(page);
    await page.locator('[data-act=stop]').click();

    // As if what waits were approved: it goes first, and the other waits for it.
    await page.locator('.as select').selectOption('urgent');
    await expect.poll(times, within).toHaveLength(8);
    const list = page.locator('li[data-play]');
    expect(await list.nth(0).innerText()).toContain(ahead.waiting);
    expect(await list.nth(1).innerText()).toContain('等《要紧提醒》播完');
    expect(new URL(page.url()).searchParams.get('with')).toBe('urgent');
    await page.locator('.as select').selectOption('');
    await expect.poll(times, within).toHaveLength(6);

    await page.locator('.chip', { hasText: zhCN.device.profile['booth-sign'] }).click();
    await expect.poll(times, within).toEqual(['07:00:00']);
    expect(await page.locator('li[data-play] .sign canvas').count()).toBe(1);
    await page.locator('.days .day').nth(3).click();
    await reached(page, '/places/site/estate-1/days/2026-11-23/ahead?profile=booth-sign');
    await expect.poll(() => page.locator('.kinds').innerText(), within).toContain('11月23日');
    await page.context().close();
  });

  it('lets what a bike lock says be heard', async () => {
    const page = await browserOf('wang');
    await goto(page, `/places/fleet/fleet-1/days/${saturday}/ahead`);
    const cue = page.locator('.triggered .cue');
    await cue.waitFor();
    expect(await cue.innerText()).toContain(ahead.on.unlock);
    expect(await cue.innerText()).toContain('07:00–21:00');
    await cue.locator('.icon-button').click();
    expect((await loaded(page))?.src).toContain('/blobs/');
    await page.context().close();
  });

  it('prints one page of it, and fits a phone', async () => {
    const page = await browserOf('wang');
    await goto(page, `/places/site/estate-1/days/${saturday}/ahead`);
    await page.locator('li[data-play]').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    const sheet = page.locator('.sheet');
    expect(await sheet.isVisible()).toBe(true);
    expect(await page.locator('.days').isVisible()).toBe(false);
    const printed = await sheet.innerText();
    expect(printed).toContain('07:00–09:00');
    expect(printed).toContain('每 30 分钟');
    expect(printed).toContain('22:00–24:00');
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    await shot(page, 'ahead-print');
    await page.context().close();

    const small = await browserOf('wang', phone);
    const wide = () =>
      small.evaluate(() =>
        Math.max(
          ...[...document.querySelectorAll('.column > *, .card, .card > *')].map(
            (box) => box.getBoundingClientRect().right,
          ),
        ),
      );
    await goto(small, '/today');
    await small.locator('[data-task]').first().waitFor();
    expect(await wide()).toBeLessThanOrEqual(390);
    await shot(small, 'today-phone');
    await goto(small, `/places/site/estate-1/days/${saturday}/ahead`);
    await small.locator('li[data-play]').first().waitFor();
    expect(await wide()).toBeLessThanOrEqual(390);
    await shot(small, 'ahead-phone');
    await small.context().close();
    expect(complaints).toEqual([]);
  });
});
