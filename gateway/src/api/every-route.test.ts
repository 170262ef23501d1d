import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Role, roles } from '../accounts/roles.js';
import { day, TestGateway } from '../testing/open-gateway.js';
import { CountingHasher, Person } from '../testing/person.js';

const everybody = 'everybody';
const accounts: readonly Role[] = roles;
const all = (...some: Role[]): readonly Role[] => some;

/**
 * Who may use which route, besides this machine: a route that is added is added here too. An administrator stands
 * with whatever is not the approvers' alone. `HEAD` goes with its `GET`.
 */
const table: Readonly<Record<string, readonly Role[] | typeof everybody>> = {
  'GET /': everybody,
  'GET /index.html': everybody,
  'GET /health': everybody,
  'GET /metrics': everybody,
  'GET /blobs/:sha256': everybody,
  'POST /enrol': everybody,
  'GET /api/session': everybody,
  'POST /api/session': everybody,
  'POST /api/links/look': everybody,
  'POST /api/links/use': everybody,
  'DELETE /api/session': accounts,
  'POST /api/session/confirm': accounts,
  'POST /api/session/password': accounts,
  'POST /api/session/totp': accounts,
  'POST /api/session/totp/confirm': accounts,
  'DELETE /api/session/totp': accounts,
  'GET /api/sessions': accounts,
  'DELETE /api/sessions': accounts,
  'DELETE /api/sessions/:session': accounts,
  'GET /api/accounts': all('administrator'),
  'POST /api/accounts': all('administrator'),
  'PATCH /api/accounts/:account': all('administrator'),
  'DELETE /api/accounts/:account/sessions': all('administrator'),
  'POST /api/links': all('administrator'),
  'GET /api/audit': all('officer', 'administrator'),
  'GET /api/audit/verdict': all('officer', 'administrator'),
  'GET /api/district': accounts,
  'GET /api/days': accounts,
  'GET /api/days/:day': accounts,
  'GET /api/days/:day/silent': accounts,
  'GET /api/days/:day/prediction': accounts,
  'POST /api/days/:day/close': all('administrator'),
  'GET /api/vehicles': accounts,
  'GET /api/places/:type/:id/days/:day': accounts,
  'GET /api/ledger/:day': accounts,
  'GET /api/live': accounts,
  'GET /api/waveforms/:sha256': accounts,
  'GET /api/devices': accounts,
  'GET /api/rejects': all('technician', 'officer', 'administrator'),
  'POST /api/claims': all('technician', 'administrator'),
  'POST /api/devices/:device/revoke': all('technician', 'administrator'),
  'POST /api/content': all('editor', 'administrator'),
  'GET /api/campaigns': accounts,
  'GET /api/candidates/:sha256': all('editor', 'approver', 'administrator'),
  'POST /api/releases': all('approver'),
  'POST /api/releases/:sha256/withdraw': all('editor', 'approver', 'administrator'),
  'POST /api/releases/:sha256/restore': all('editor', 'approver', 'administrator'),
  'POST /api/campaigns/:campaign/withdraw': all('editor', 'approver', 'administrator'),
  'GET /api/stop-orders': accounts,
  'GET /api/stop-orders/:version': accounts,
  'POST /api/stop-orders/candidates': all('editor', 'approver', 'officer', 'administrator'),
  'POST /api/stop-orders': all('approver'),
  'GET /api/alerts/texts': accounts,
  'POST /api/alerts/preview': all('editor', 'approver', 'administrator'),
  'POST /api/alerts': all('editor', 'approver', 'administrator'),
  'GET /api/alerts': accounts,
  'GET /api/alerts/:id': accounts,
  'GET /api/alerts/:id/devices': accounts,
  'POST /api/alerts/:id/end': all('editor', 'approver', 'administrator'),
  'GET /api/alerts/:id/cap': accounts,
  'POST /api/cap': all('editor', 'approver', 'administrator'),
  'GET /api/key-lists': accounts,
  'POST /api/key-lists': all('administrator'),
  'GET /api/approver-keys': accounts,
  'POST /api/approver-keys/:kid/claim': all('approver'),
  'PUT /api/approver-keys/:kid': all('administrator'),
  'GET /api/people': all('officer', 'administrator'),
  'GET /api/stop-orders/pending': all('editor', 'approver', 'officer', 'administrator'),
  'GET /api/stop-orders/pending/:sha256': all('editor', 'approver', 'officer', 'administrator'),
  'DELETE /api/stop-orders/pending/:sha256': all('approver'),
  'GET /api/rollouts': accounts,
  'POST /api/rollouts/:sha256/advance': all('approver'),
  'POST /api/rollouts/:sha256/resume': all('approver'),
  'POST /api/rollouts/:sha256/finish': all('approver'),
  'POST /api/rollouts/:sha256/pause': all('editor', 'approver', 'officer', 'administrator'),
  'POST /api/rollouts/:sha256/roll-back': all('editor', 'approver', 'administrator'),
  'GET /api/places/:type/:id/days/:day/preview': accounts,
  'GET /api/today': accounts,
  'POST /api/schedule/check': all('editor', 'approver', 'administrator'),
  'POST /api/schedule/predict': all('editor', 'approver', 'administrator'),
  'GET /api/drafts': all('editor', 'approver', 'administrator'),
  'GET /api/drafts/:id': all('editor', 'approver', 'administrator'),
  'GET /api/drafts/:id/versions': all('editor', 'approver', 'administrator'),
  'PUT /api/drafts/:id': all('editor', 'administrator'),
  'DELETE /api/drafts/:id': all('editor', 'administrator'),
  'POST /api/drafts/:id/look': all('editor', 'approver', 'administrator'),
  'POST /api/drafts/:id/submit': all('editor', 'administrator'),
  'POST /api/drafts/:id/reject': all('approver'),
  'POST /api/drafts/:id/withdraw': all('editor', 'approver', 'administrator'),
  'POST /api/plan': all('editor', 'administrator'),
  'POST /api/apply': all('editor', 'administrator'),
  'GET /api/export': all('editor', 'approver', 'administrator'),
  'GET /api/schedule/weeks/:day': all('editor', 'approver', 'officer', 'administrator'),
  'GET /api/calendars': accounts,
  'GET /api/calendars/:calendar': accounts,
  'POST /api/calendars/:calendar/check': all('editor', 'administrator'),
  'PUT /api/calendars/:calendar': all('editor', 'administrator'),
  'GET /api/bulletins/form': all('editor', 'administrator'),
  'POST /api/bulletins/preview': all('editor', 'administrator'),
  'POST /api/bulletins': all('editor', 'administrator'),
  'GET /api/bulletins/table': all('editor', 'administrator'),
  'POST /api/bulletins/batch': all('editor', 'administrator'),
  'GET /api/recordings': all('editor', 'approver', 'administrator'),
  'POST /api/recordings': all('editor', 'administrator'),
  'POST /api/recordings/:name/trim': all('editor', 'administrator'),
  'GET /api/recordings/:name/waveform': all('editor', 'approver', 'administrator'),
  'DELETE /api/recordings/:name': all('editor', 'administrator'),
  'GET /api/videos': all('editor', 'approver', 'administrator'),
  'POST /api/videos': all('editor', 'administrator'),
  'DELETE /api/videos/:name': all('editor', 'administrator'),
  'GET /api/voices': all('editor', 'approver', 'administrator'),
  'POST /api/speech': all('editor', 'administrator'),
  'POST /api/items/preview': all('editor', 'approver', 'administrator'),
};

const routes = new Set<string>();
let gateway: TestGateway;
let pages: string;
beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'xiaolaba-pages-'));
  await writeFile(join(pages, 'index.html'), '<!doctype html>');
  gateway = await TestGateway.open({
    consoleDirectory: pages,
    openReading: false,
    deps: { hasher: new CountingHasher(), onRoute: (method, url) => void routes.add(`${method} ${url}`) },
  });
});
afterAll(async () => {
  await gateway?.close();
  await rm(pages, { recursive: true, force: true });
});

const rightOf = (route: string): readonly Role[] | typeof everybody | undefined => {
  const [method = '', url = ''] = route.split(' ');
  // The description of the API is a plugin's own business: any account reads it.
  if (url.startsWith('/docs')) return accounts;
  return table[`${method === 'HEAD' ? 'GET' : method} ${url}`];
};
const concrete = (url: string): string =>
  url
    .replace(/:sha256/g, '0'.repeat(64))
    .replace(':day', day)
    .replace(':type', 'site')
    .replace('*', 'index.html')
    .replace(/:\w+/g, 'nothing-here');

it('has every route in its table, and no other', () => {
  expect([...routes].filter((route) => rightOf(route) === undefined)).toEqual([]);
  expect(Object.keys(table).filter((route) => !routes.has(route))).toEqual([]);
});

it('lets in whom the table names, and nobody else', async () => {
  const people = new Map<string, Person>([['nobody', new Person(gateway)]]);
  for (const role of roles) people.set(role, await Person.enter(gateway, `the-${role}`, [role]));
  const wrong: string[] = [];
  for (const route of routes) {
    const [method = '', url = ''] = route.split(' ');
    const right = rightOf(route) ?? [];
    for (const [name, person] of people) {
      const { cookie, csrf } = person;
      // A body that nothing takes: who is let in gets no further than that.
      const body = method === 'GET' || method === 'HEAD' || method === 'DELETE' ? undefined : 'nonsense';
      const abort = new AbortController();
      const response = await fetch(`${gateway.gateway.url}${concrete(url)}`, {
        method,
        signal: abort.signal,
        headers: { cookie, 'x-xiaolaba-csrf': csrf, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      abort.abort();
      const may = right === everybody || right.includes(name as Role);
      const status = may ? 'in' : name === 'nobody' ? 401 : 403;
      const got = response.status === 401 || response.status === 403 ? response.status : 'in';
      if (got !== status) wrong.push(`${route} as ${name}: ${response.status}`);
      // Some of what a person may do ends their log-in.
      if (name !== 'nobody' && method === 'DELETE' && may) {
        await person.logIn(`the-${name}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

it('lets this machine in everywhere', async () => {
  const wrong: string[] = [];
  for (const route of routes) {
    const [method = '', url = ''] = route.split(' ');
    if (!['POST', 'PATCH', 'PUT', 'GET'].includes(method) || url === '/api/live') continue;
    const { status } = await gateway.admin(method, concrete(url), method === 'GET' ? undefined : 'nonsense');
    if (status === 401 || status === 403) wrong.push(`${route}: ${status}`);
  }
  // A blob is asked for by a device or by nobody.
  expect(wrong).toEqual([]);
});
