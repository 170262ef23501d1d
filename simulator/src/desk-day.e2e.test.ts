import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeMessage, instantOf } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import { wrapSeed } from '@xiaolaba/protocol/web-crypto';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from './score.js';
import { readContent, Stage } from './stage.js';
import { type BuiltConsole, buildConsole } from './testing/built-console.js';

const executablePath = '/usr/bin/chromium';
const installed = existsSync(executablePath);
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const within = { timeout: 20_000, interval: 100 };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

const day = '2026-11-20';
const at = (clock: string): number => instantOf(day, clock, 'Asia/Shanghai');
const password = 'correct horse battery';
const passphrase = '十二个红灯笼挂在桥头上';
const estate = 'site/estate-3';
const campaign = `bulletin-${day}-estate-3-1`;

if (!installed) process.stderr.write(`end-to-end test of the desk's day skipped: ${executablePath} is not installed\n`);

/** Two people at two browsers, a whole small district, and one broadcast day: nobody but they touch the gateway. */
describe.skipIf(!installed)('a day at the desk', () => {
  const approver = generateKeyPair();
  let root: string;
  let built: BuiltConsole;
  let stage: Stage;
  let browser: Browser;
  let editor: Page;
  let approving: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'xiaolaba-desk-'));
    built = await buildConsole();
    const contentDirectory = join(root, 'playlists');
    await cp(fileURLToPath(new URL('../fixtures/small', import.meta.url)), contentDirectory, { recursive: true });
    const templates = fileURLToPath(new URL('../../playlists/templates', import.meta.url));
    await cp(templates, join(contentDirectory, 'templates'), { recursive: true });
    const exercise = fileURLToPath(new URL('../../playlists/alerts/exercise.yaml', import.meta.url));
    await cp(exercise, join(contentDirectory, 'alerts/exercise.yaml'));
    stage = new Stage(await readContent(contentDirectory), {
      contentDirectory,
      day,
      seed: 7,
      start: at('05:55'),
      dataDirectory: join(root, 'data'),
      cacheDirectory: join(root, 'cache'),
      approver,
      httpPort: 0,
      consoleDirectory: built.directory,
    });
    await stage.setUp(() => {});
    stage.setOut(at('22:30'));
    stage.scheduleDay(day, { from: at('06:30'), to: at('22:30') }, () => []);
    await stage.stepper.runUntil(at('06:40'));
    browser = await chromium.launch({ executablePath, args: flags });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
    await built?.remove();
    if (root) await rm(root, { recursive: true, force: true });
  });

  const address = (path: string): string => `${stage.gateway.uplink().url}${path}`;

  /** Somebody who comes in by the one-time link that an administrator gave them. */
  const enter = async (login: string, roles: readonly string[], options: BrowserContextOptions = {}): Promise<Page> => {
    const { link } = await stage.api.post<{ link: string }>('/api/accounts', { login, name: login, roles });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(within.timeout);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(address(`/welcome#${link.split('#')[1]}`));
    for (const name of ['new', 'again']) await page.locator(`input[name=${name}]`).fill(password);
    await page.locator('button[type=submit]').click();
    await page.locator('.plain .button:not(.primary), main .button:not(.primary)').last().click();
    await page.waitForURL((url) => !url.pathname.startsWith('/welcome'));
    return page;
  };
  const bringKey = async (page: Page): Promise<void> => {
    const buffer = Buffer.from(encodeMessage(await wrapSeed(approver.seed, approver.publicKey, passphrase)));
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'approver.json', mimeType: 'application/json', buffer });
    await page.locator('.key[data-state=locked]').waitFor();
    await page.locator('input[name=passphrase]').fill(passphrase);
    await page.locator('input[name=passphrase]').press('Enter');
    await page.locator('.key[data-state=unlocked]').waitFor();
  };
  const run = (clock: string): Promise<void> => stage.stepper.runUntil(at(clock));

  const confirm = async (page: Page): Promise<void> => {
    await page.locator('input[name=proof]').fill(password);
    await page.locator('input[name=proof]').press('Enter');
  };
  const soundedSince = (device: string, from: string): number =>
    stage.district.fleet.get(device).facts.sounds.filter((sound) => sound.audible && sound.from >= at(from)).length;

  it('takes a bulletin from the form to the air, by two people, in a moment of work', async () => {
    [editor, approving] = await Promise.all([enter('editor', ['editor']), enter('approver', ['approver'], phone)]);
    await editor.goto(address('/bulletins'));
    await editor.locator('.type', { hasText: '刷单返利' }).click();
    await editor.fill('#bulletin-estate', 'estate-3');
    await editor.locator('#bulletin-estate-list [role=option]').first().click();
    await editor.fill('#field-method', '刷单群');
    await editor.fill('#field-amount', '28650');
    await expect.poll(() => editor.locator('button[type=submit]').isEnabled(), within).toBe(true);
    await editor.locator('button[type=submit]').click();
    await editor.locator('.made').waitFor();

    await approving.goto(address('/approvals'));
    await approving.locator(`[data-campaign=${campaign}]`).click();
    await bringKey(approving);
    const spoken = approving.locator('[data-spoken]');
    await spoken.first().waitFor();
    for (let index = 0; index < (await spoken.count()); index++) {
      // All of it has to be heard; nobody here minds how fast.
      const audio = spoken.nth(index).locator('audio');
      await audio.evaluate((element) => void Object.assign(element, { playbackRate: 4 }));
      await spoken.nth(index).locator('.toggle').click();
      await spoken.nth(index).locator('.done').waitFor({ timeout: 60_000 });
    }
    await approving.locator('.button.sign').click();
    await approving.locator('.told').waitFor();
    const campaigns = await stage.api.json<{ id: string; state: string }[]>('/api/campaigns');
    expect(campaigns.find(({ id }) => id === campaign)?.state).toBe('released');
  }, 180_000);

  it('silences a place by a stop order from a phone, and lets it speak again', async () => {
    await run('09:05');
    expect(soundedSince('estate-5-speaker', '08:50')).toBeGreaterThan(0);
    const give = async (): Promise<void> => {
      await approving.locator('input[name=reason]').fill('学校考试');
      await approving.locator('[data-act=prepare]').click();
      const locked = approving.locator('.key[data-state=locked]');
      const ready = approving.locator('[data-act=give]');
      await locked.or(ready).first().waitFor();
      if (await locked.count()) {
        await approving.locator('input[name=passphrase]').fill(passphrase);
        await approving.locator('input[name=passphrase]').press('Enter');
      }
      await ready.click();
      const proof = approving.locator('input[name=proof]');
      await proof.or(approving.locator('.notice')).first().waitFor();
      if (await proof.count()) await confirm(approving);
    };
    await approving.goto(address('/stop'));
    await approving.locator('[data-scope=places]').click();
    await approving.locator('[data-choice="site/estate-5"]').click();
    await give();
    const order = approving.locator('.order').first();
    await order.waitFor();
    await stage.stepper.settle();
    await run('09:06');
    await expect.poll(() => order.locator('.obeyed').first().innerText(), within).toContain('2/2');
    await run('10:06');
    expect(soundedSince('estate-5-speaker', '09:06')).toBe(0);
    expect(soundedSince('estate-4-speaker', '09:06')).toBeGreaterThan(2);

    await approving.goto(address('/stop'));
    await order.locator('button').last().click();
    await approving.locator('.form[data-state=lifted]').waitFor();
    await give();
    await expect.poll(() => approving.locator('.order').count(), within).toBe(2);
    await stage.stepper.settle();
    await run('11:00');
    expect(soundedSince('estate-5-speaker', '10:07')).toBeGreaterThan(2);
  }, 120_000);

  it('breaks in with an exercise where it is wanted, and lets go again by itself', async () => {
    // Its words are rendered; what else is due at that time sounds everywhere.
    await editor.goto(address('/alerts'));
    await editor.locator('[data-status=exercise]').click();
    await editor.locator('[data-text=exercise]').click();
    await editor.locator('[data-scope=places]').click();
    await editor.locator('[data-choice="site/estate-6"]').click();
    await editor.locator('select[name=minutes]').selectOption('15');
    await expect.poll(() => editor.locator('[data-act=prepare]').isEnabled(), within).toBe(true);
    await editor.locator('[data-act=prepare]').click();
    await editor.locator('.alert[data-state=waiting]').waitFor();

    await approving.goto(address('/alerts'));
    await approving.locator('[data-act=open-sign]').click();
    const ready = approving.locator('[data-act=sign]');
    const locked = approving.locator('.key[data-state=locked]');
    await locked.or(ready).first().waitFor();
    if (await locked.count()) {
      await approving.locator('.key input[name=passphrase]').fill(passphrase);
      await approving.locator('.key input[name=passphrase]').press('Enter');
    }
    await ready.click();
    const proof = approving.locator('input[name=proof]');
    await proof.or(approving.locator('.alert[data-state=on-air]')).first().waitFor();
    if (await proof.count()) await confirm(approving);
    await approving.locator('.alert[data-state=on-air]').waitFor();
    await stage.stepper.settle();
    await run('11:03');
    const sign = (device: string): boolean =>
      stage.district.fleet.get(device).facts.shown.some(({ text }) => text.includes('【演练】'));
    expect([sign('estate-6-sign'), sign('estate-7-sign')]).toEqual([true, false]);
    // Every minute, where the programme of the morning would be silent by now.
    expect(soundedSince('estate-6-speaker', '11:01')).toBeGreaterThan(0);
    expect(soundedSince('estate-7-speaker', '11:01')).toBe(0);
    await run('11:30');
    expect(soundedSince('estate-6-speaker', '11:17')).toBe(0);
  }, 120_000);

  it('has heard and read the bulletin at that estate alone, and the ledger is green', async () => {
    await run('20:30');
    const shown = (device: string): boolean =>
      stage.district.fleet.get(device).facts.shown.some(({ text }) => text.includes('28650'));
    expect([shown('estate-3-sign'), shown('estate-4-sign')]).toEqual([true, false]);
    // The rest of the morning's programme is over by then.
    expect(soundedSince('estate-3-speaker', '12:00')).toBeGreaterThan(10);
    expect(soundedSince('estate-4-speaker', '12:00')).toBe(0);
    await stage.api.post(`/api/days/${day}/close`, {});
    const ledger = await stage.api.json<LedgerEntry[]>(`/api/ledger/${day}`);
    const mine = ledger.filter((entry) => entry.campaign === campaign);
    expect(mine.filter(({ output }) => output === 'audio').length).toBeGreaterThan(20);
    expect(mine.filter(({ output }) => output === 'text').length).toBeGreaterThan(8);
    expect([...new Set(mine.map(({ place, status }) => `${place} ${status}`))]).toEqual([`${estate} verified`]);

    await editor.goto(address(`/coverage/${day}/${estate}`));
    await expect.poll(() => editor.locator('.head .chip').first().getAttribute('class'), within).toContain('heard');
    expect(stage.thrown).toEqual([]);
    expect(complaints).toEqual([]);
  }, 120_000);
});
