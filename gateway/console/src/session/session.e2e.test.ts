import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, day, TestGateway } from '../../../src/testing/open-gateway.js';
import { CountingHasher, testPassword } from '../../../src/testing/person.js';
import { type BuiltConsole, buildConsole, chromiumInstalled, launchChromium, within } from '../../dev/e2e.js';
import { zhCN } from '../messages/zh-CN.js';

const words = zhCN;

if (!chromiumInstalled) process.stderr.write('session end-to-end test skipped: chromium is not installed\n');

describe.skipIf(!chromiumInstalled)('accounts in the browser', () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let browser: Browser;
  let administrator: BrowserContext;
  let page: Page;
  /** What the pages complained about beyond refusals, which browsers write down as errors too. */
  const complaints: string[] = [];

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      openReading: false,
      consoleDirectory: built.directory,
      deps: { hasher: new CountingHasher() },
    });
    await gateway.import();
    browser = await launchChromium();
    administrator = await newContext();
    page = await administrator.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await built?.remove();
  });

  const newContext = async (): Promise<BrowserContext> => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(8000);
    context.on('page', (opened) => {
      opened.on('pageerror', (error) => complaints.push(error.message));
      opened.on('console', (message) => {
        if (message.type() === 'warning') complaints.push(message.text());
      });
    });
    return context;
  };
  const address = (path: string): string => `${gateway.gateway.url}${path}`;
  /** Waits for the page at this address, whatever follows its `#`. */
  const reached = (on: Page, wanted: string) =>
    expect.poll(() => new URL(on.url()).pathname + new URL(on.url()).search, within).toBe(wanted);
  const button = (on: Page, name: string) => on.getByRole('button', { name, exact: true });
  const choosePassword = async (on: Page, password: string) => {
    await on.locator('input[name=new]').fill(password);
    await on.locator('input[name=again]').fill(password);
  };
  const logIn = async (on: Page, login: string, password: string) => {
    await on.locator('input[name=login]').fill(login);
    await on.locator('input[name=password]').fill(password);
    await button(on, words.session.logIn).click();
  };
  const codeOf = (secret: string, instant = gateway.clock.now()): string =>
    new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp: instant });
  const audited = async (action: string): Promise<{ who: string; outcome: string }[]> =>
    (await gateway.admin('GET', `/api/audit?action=${action}`)).body as [];

  it('asks for a log-in first, and tells an unknown link', async () => {
    await page.goto(address(`/coverage/${day}/site/estate-1`));
    await reached(page, `/login?to=/coverage/${day}/site/estate-1`);
    await page.goto(address('/welcome#short'));
    expect(await page.locator('.complaint').innerText()).toBe(words.welcome.missing);
    await page.goto(address(`/welcome#${'A'.repeat(43)}`));
    await reached(page, '/welcome');
    await page.reload();
    await expect.poll(() => page.locator('.complaint').count(), within).toBe(1);
  });

  it('makes the first administrator by the link, with codes', async () => {
    await page.goto('about:blank');
    await page.goto(gateway.gateway.firstLogin?.replace(/^[^#]*/, address('/welcome')) ?? '');
    await page.locator('input[name=name]').waitFor();
    // Neither the address bar nor the history keeps the secret.
    expect(new URL(page.url()).hash).toBe('');
    await page.locator('input[name=login]').fill('chen');
    await page.locator('input[name=name]').fill('陈晓燕');
    await page.locator('input[name=new]').fill('password123');
    expect(await page.locator('.estimate').innerText()).toContain(words.password.strength.weak);
    await page.locator('input[name=new]').fill('short');
    await page.locator('input[name=again]').fill('short');
    expect(await button(page, words.welcome.save).isDisabled()).toBe(true);
    await choosePassword(page, testPassword);
    await button(page, words.welcome.save).click();
    await button(page, words.codes.turnOn).click();
    const secret = (await page.locator('.copy code').innerText()).replaceAll(' ', '');
    expect(await page.locator('a[href^="otpauth:"]').getAttribute('href')).toContain(secret);
    await page.locator('input[name=code]').fill(codeOf(secret) === '000000' ? '000001' : '000000');
    await button(page, words.codes.confirm).click();
    await page.locator('.complaint').waitFor();
    await page.locator('input[name=code]').fill(codeOf(secret));
    await button(page, words.codes.confirm).click();
    await button(page, words.codes.recoveryKept).waitFor();
    const recovery = (await page.locator('.copy code').innerText()).split('\n');
    expect(recovery).toHaveLength(10);
    await button(page, words.codes.recoveryKept).click();
    await reached(page, '/coverage');

    // Who logs in again elsewhere needs a code, or one of those; and comes where they wanted to go.
    const other = await (await newContext()).newPage();
    await other.goto(address(`/coverage/${day}/site/estate-1`));
    await logIn(other, 'chen', 'wrong horse battery');
    await other.locator('.complaint').waitFor();
    await logIn(other, 'Chen', testPassword);
    await other.locator('input[name=code]').fill(recovery[0] ?? '');
    await button(other, words.session.logIn).click();
    await reached(other, `/coverage/${day}/site/estate-1`);
    await other.goto(address('/account#codes'));
    await button(other, words.codes.turnOff).click();
    await other.getByText(words.codes.off).waitFor();
    expect(await other.locator('.list li').count()).toBe(2);
    await other.locator('.list li', { hasText: words.sessions.own }).locator('button').click();
    await reached(other, '/login');
    await other.context().close();
  });

  it('makes an account whose link is shown once, and asks the administrator to confirm when it is long ago', async () => {
    gateway.clock.set(at('06:11'));
    await page.goto(address('/accounts'));
    await button(page, words.accounts.add).click();
    await page.locator('dialog input[name=login]').fill('li');
    await page.locator('dialog input[name=name]').fill('李工');
    await page.locator('dialog input[value=editor]').check();
    await button(page, words.accounts.make).click();
    const proof = page.locator('dialog input[name=proof]');
    await proof.fill('wrong horse battery');
    await button(page, words.confirm.yes).click();
    await page.locator('dialog .complaint').waitFor();
    await proof.fill(testPassword);
    await button(page, words.confirm.yes).click();
    const link = await page.locator('dialog .link code').innerText();
    expect(link).toMatch(/\/welcome#\S{43}$/);
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog').count()).toBe(1);
    await button(page, words.accounts.linkClose).click();
    expect(await page.content()).not.toContain(link);

    const editor = await (await newContext()).newPage();
    await editor.goto(link);
    await choosePassword(editor, 'another horse entirely');
    await button(editor, words.welcome.save).click();
    await button(editor, words.welcome.codesLater).click();
    await reached(editor, '/today');
    // What an editor has no business with is not in the bar, and says so where somebody types its address.
    expect(await editor.locator('.pages').innerText()).not.toContain(words.nav.accounts);
    for (const [path, notAllowed] of [
      ['/accounts', words.accounts.notAllowed],
      ['/audit', words.audit.notAllowed],
    ] as const) {
      await editor.goto(address(path));
      await editor.getByText(notAllowed).waitFor();
    }

    await editor.goto(address('/account#password'));
    await editor.locator('input[name=current]').fill('another horse entirely');
    await choosePassword(editor, testPassword);
    await button(editor, words.password.change).click();
    await editor.locator('.notice').waitFor();

    // Disabled, they are out at once; and back when they are enabled again.
    const row = page.locator('[data-login=li]');
    await row.getByText(words.accounts.disable).click();
    await page.locator('dialog .grave').click();
    await row.getByText(words.accounts.state.disabled).waitFor();
    await editor.reload();
    await reached(editor, '/login?to=/account%23password');
    await logIn(editor, 'li', testPassword);
    await editor.locator('.complaint').waitFor();
    await row.getByText(words.accounts.enable).click();
    await row.getByText(words.accounts.state.active).waitFor();
    await logIn(editor, 'li', testPassword);
    await reached(editor, '/account');
    await editor.context().close();
    expect((await audited('account-changed')).length).toBe(2);
  });

  it('shows who did what, found by action, and that nothing was altered', async () => {
    await page.goto(address('/audit'));
    await page.locator('.mark.sound').waitFor();
    expect(await page.locator('.log li').count()).toBeGreaterThan(8);
    await page.locator('select[name=action]').selectOption('account-made');
    await expect.poll(() => page.locator('.log li').count(), within).toBe(1);
    expect(await page.locator('.log .what').innerText()).toContain('陈晓燕');
    expect(new URL(page.url()).search).toBe('?action=account-made');
  });

  it('leaves everything readable where reading is open, and offers a log-in', async () => {
    const open = await TestGateway.open({ consoleDirectory: built.directory, deps: { hasher: new CountingHasher() } });
    try {
      await open.import();
      const visitor = await (await newContext()).newPage();
      await visitor.goto(`${open.gateway.url}/`);
      await visitor.waitForSelector('g.mark');
      const pages = await visitor.locator('.pages a').allInnerTexts();
      expect(pages).toEqual([words.nav.today, words.nav.coverage]);
      await visitor.locator('.log-in').click();
      await reached(visitor, '/login?to=/coverage');
      await visitor.getByText(words.session.openReading).click();
      await visitor.waitForSelector('g.mark');
      await visitor.goto(`${open.gateway.url}/account`);
      await reached(visitor, '/login?to=/account');
      await visitor.context().close();
    } finally {
      await open.close();
    }
  });

  it('goes back to the log-in page when a session is over, and throttles in plain words', async () => {
    gateway.clock.set(at('06:50'));
    await page.locator('select[name=action]').selectOption('log-in');
    await reached(page, '/login?to=/audit?action=log-in');
    expect(await page.locator('.notice').innerText()).toBe(words.session.lapsed);
    await logIn(page, 'chen', testPassword);
    await reached(page, '/audit?action=log-in');
    await button(page, words.session.menu.replace('{name}', '陈晓燕')).click();
    await button(page, words.session.logOut).click();
    await reached(page, '/login');
    expect(await page.locator('.notice').count()).toBe(0);
    for (let attempt = 0; attempt < 12; attempt += 1) {
      // What was said of the guess before may stand a while longer: only the answer tells them apart.
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await logIn(page, 'chen', `guess number ${attempt}`);
      await answered;
      await page.locator('form button:not([disabled])').waitFor();
    }
    await expect.poll(() => page.locator('.complaint').innerText(), within).toContain(words.session.waitThrottle);
    expect(complaints).toEqual([]);
  });
});
