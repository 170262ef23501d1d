import { rm } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadContent } from '../../src/content/index.js';
import { TestGateway } from '../../src/testing/open-gateway.js';
import { CountingHasher, Person } from '../../src/testing/person.js';
import { smallContent } from '../../src/testing/small-content.js';
import { type BuiltConsole, buildConsole, chromiumInstalled, desktop, launchChromium, within } from '../dev/e2e.js';

const image = '<img src=x onerror="hacked=1">';
const script = '<script>hacked=1</script>';
/** What a cell of a table begins with that a spreadsheet would compute. */
const formula = '=HYPERLINK("http://x","y")';
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const rest = 'town,station,115.1,23.4,cmn,22:00-06:00,70,2,100';
const sites = [
  'id,kind,name_zh,name_en,township,police_station,longitude,latitude,dialects,quiet_hours,volume_cap,noise_zone,people',
  `estate-1,estate,${cell(image)},${cell(image)},${rest}`,
  `estate-2,estate,${cell(formula)},${cell(formula)},${rest}`,
  ...['stop-1', 'stop-2'].map((id) => `${id},stop,${id},${id},${rest}`),
  `parking-1,parking,P,P,${rest}`,
].join('\n');
const hostile = [
  script,
  image,
  '{{constructor.constructor("hacked=1")()}}',
  '[v16]\\C1红',
  '\u202e骗转\u2066',
  '小心👮‍♀️骗子',
  '镕𠮷㐂',
  'ئالدامچىلىق',
  'javascript:hacked=1',
];

const campaign = (index: number, text: string) => ({
  id: `hostile-${index}`,
  title: { zh: text, en: text },
  valid: { from: '2026-11-01', to: '2026-12-31' },
  audience: { profiles: ['loudspeaker', 'booth-sign'], kinds: ['estate'] },
  items: [{ id: 'one', title: { zh: text, en: text }, text, audio: [{ dialect: 'cmn', text }] }],
  cues: [
    {
      ...{ id: 'shown', items: ['one'], output: 'text', continuous: true, priority: 20 },
      windows: [{ days: 'every-day', from: '07:00', to: '20:00' }],
    },
  ],
});

if (!chromiumInstalled) process.stderr.write('hostile text end-to-end test skipped: chromium is not installed\n');

describe.skipIf(!chromiumInstalled)('hostile text', () => {
  let built: BuiltConsole;
  let gateway: TestGateway;
  let browser: Browser;
  let person: Person;
  const written: string[] = [];

  beforeAll(async () => {
    built = await buildConsole();
    gateway = await TestGateway.open({
      consoleDirectory: built.directory,
      deps: { hasher: new CountingHasher() },
      changes: { 'sites/sites.csv': sites },
    });
    expect((await gateway.import()).status).toBe(200);
    browser = await launchChromium();
    person = await Person.enter(gateway, 'wang', ['editor', 'approver', 'officer', 'administrator']);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await built?.remove();
  });

  it('is kept as it was written, or refused with a reason', async () => {
    for (const [index, text] of hostile.entries()) {
      const { status, body } = await person.call('PUT', `/api/drafts/hostile-${index}`, campaign(index, text), {
        'if-none-match': '*',
      });
      if (status === 200) written.push(`hostile-${index}`);
      else expect([status, body]).toEqual([expect.any(Number), expect.objectContaining({ code: expect.any(String) })]);
      expect([200, 201, 400, 422]).toContain(status);
    }
    expect(written.length).toBeGreaterThan(4);
    const long = await person.call('PUT', '/api/drafts/long', campaign(99, '骗'.repeat(34_000)));
    expect(long.status).toBeGreaterThanOrEqual(400);
    expect(long.status).toBeLessThan(500);
  });

  it('does nothing on any page, and is there to be read', async () => {
    const context = await browser.newContext({ ...desktop, reducedMotion: 'reduce' });
    const [name = '', value = ''] = person.cookie.split('=');
    await context.addCookies([{ name, value, url: gateway.gateway.url }]);
    const page: Page = await context.newPage();
    const happened: string[] = [];
    page.on('dialog', (dialog) => {
      happened.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => happened.push(error.message));
    const paths = [
      '/coverage/2026-11-20/site/estate-1',
      '/today',
      '/drafts',
      '/items',
      '/schedule',
      '/approvals',
      '/stop',
      '/audit',
      ...written.flatMap((id) => [`/drafts/${id}`, `/drafts/${id}/edit`]),
    ];
    const read: string[] = [];
    for (const path of paths) {
      await page.goto(`${gateway.gateway.url}${path}`);
      await page.locator('main').first().waitFor();
      // The line that tells of alerts stays open: a page is never quite idle.
      await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => undefined);
      read.push(await page.locator('body').innerText());
      expect(
        await page.evaluate(() => [Reflect.get(window, 'hacked'), document.querySelectorAll('img[src="x"]').length]),
      ).toEqual([undefined, 0]);
    }
    expect(happened).toEqual([]);
    expect(read[0]).toContain(image);
    await expect.poll(() => read.some((text) => text.includes(script)), within).toBe(true);
    await context.close();
  });

  it('is no formula in a table, and comes back as it was', async () => {
    const { body } = await gateway.admin('GET', '/api/export');
    const { files } = body as { files: { path: string; text: string }[] };
    const table = files.find(({ path }) => path === 'sites/sites.csv')?.text ?? '';
    expect(table).toContain("'=HYPERLINK");
    expect(table).not.toMatch(/(?:^|,)"?=/m);
    // Read again it is the same table: nothing is changed by a detour over files.
    const district = await gateway.get<{ sites: { id: string; name: { zh: string } }[] }>('/api/district');
    expect(district.sites.find(({ id }) => id === 'estate-2')?.name.zh).toBe(formula);
    const folder = await smallContent({ 'sites/sites.csv': table });
    const { content } = await loadContent(folder);
    expect(content?.sites.find(({ id }) => id === 'estate-2')?.name.zh).toBe(formula);
    await rm(folder, { recursive: true, force: true });
  });
});
