import cookie from '@fastify/cookie';
import { errorCode } from '@xiaolaba/protocol';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { mayAct, type Role, roles } from '../accounts/roles.js';
import { csrfOf } from '../accounts/sessions.js';
import { confirmedMs, createGuards, csrfHeader, type GuardDeps, guardRoutes } from './authorise.js';
import { createSessionCookie } from './session-cookie.js';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const begin = 1_000_000;
/** An app where `sesame` is the token, and the session of the secret `s-<role>` is of an account with that role. */
async function app(more: Partial<GuardDeps> = {}) {
  const made = fastify({ exposeHeadRoutes: true });
  opened.push(made);
  const guards = createGuards({
    token: 'sesame',
    openReading: false,
    now: () => begin,
    cookie: createSessionCookie(more.publicUrl),
    sessions: {
      async find(secret) {
        const role = roles.find((one) => secret === `s-${one}`);
        if (!role) return undefined;
        const account = { id: role, login: role, name: role, state: 'active', ready: true, totp: false } as const;
        const session = { id: role, account: role, createdAt: 0, seenAt: 0, endsAt: 0, address: '', agent: '' };
        return { account: { ...account, createdAt: 0, roles: [role] }, session: { ...session, confirmedAt: begin } };
      },
    },
    ...more,
  });
  made.setErrorHandler((error, _request, reply) => reply.status(400).send({ code: errorCode(error) }));
  await made.register(cookie);
  guardRoutes(made, guards);
  return { made, guards };
}
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'nothing thrown';
  } catch (error) {
    return errorCode(error);
  }
};
const done = async () => ({ code: 'done' });
const as = (role: Role) => ({ cookie: `xiaolaba=s-${role}`, [csrfHeader]: csrfOf(`s-${role}`) });

describe('routes that change something', () => {
  it('can not be added without a guard, in a plugin neither', async () => {
    const { made } = await app();
    expect(codeOf(() => made.post('/a', done))).toBe('route-unguarded');
    expect(codeOf(() => made.route({ method: ['GET', 'DELETE'], url: '/b', handler: done }))).toBe('route-unguarded');
    expect(codeOf(() => made.put('/c', { onRequest: async () => {} }, done))).toBe('route-unguarded');
    const { made: other } = await app();
    const register = other.register(async (inner) => {
      inner.post('/d', done);
    });
    expect(await register.then(() => 'nothing thrown', errorCode)).toBe('route-unguarded');
  });

  it('are let through with one, or with a reason', async () => {
    const { made, guards } = await app();
    expect(codeOf(() => made.post('/b', guards.role(), done))).toBe('nothing thrown');
    expect(codeOf(() => made.post('/c', { config: { openBecause: 'a test' } }, done))).toBe('nothing thrown');
  });
});

it('takes the one token and no other', async () => {
  const { made, guards } = await app();
  made.post('/b', guards.confirmed('approver'), done);
  const answer = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    return (await made.inject({ method: 'POST', url: '/b', headers })).json() as unknown;
  };
  expect(await answer('Bearer sesame')).toEqual({ code: 'done' });
  for (const wrong of [
    undefined,
    '',
    'sesame',
    'Bearer',
    'Bearer ',
    'Bearer sesam',
    'Bearer sesame ',
    'Basic sesame',
    'bearer sesame',
  ])
    expect(await answer(wrong)).toEqual({ code: 'unauthorised' });
});

describe('a session', () => {
  const post = async (headers: Record<string, string>, more: Partial<GuardDeps> = {}): Promise<string> => {
    const { made, guards } = await app(more);
    made.post('/b', guards.role('editor'), done);
    const answer = await made.inject({ method: 'POST', url: '/b', headers: { host: 'desk', ...headers } });
    return (answer.json() as { code: string }).code;
  };

  it("opens what one of the account's roles may do", async () => {
    expect(await post(as('editor'))).toBe('done');
    expect(await post(as('administrator'))).toBe('done');
    expect(await post(as('officer'))).toBe('forbidden');
    expect(await post({ cookie: 'xiaolaba=s-nobody' })).toBe('unauthorised');
  });

  it('changes nothing without the token of its page, or from another page', async () => {
    const { cookie: held } = as('editor');
    expect(await post({ cookie: held })).toBe('csrf-missing');
    expect(await post({ cookie: held, [csrfHeader]: csrfOf('s-officer') })).toBe('csrf-missing');
    expect(await post({ ...as('editor'), origin: 'http://desk' })).toBe('done');
    for (const origin of ['http://evil', 'null', 'http://desk.evil', 'http://desk:81'])
      expect(await post({ ...as('editor'), origin })).toBe('origin-foreign');
    const publicUrl = 'https://xlb.example.cn';
    const secure = { ...as('editor'), cookie: '__Host-xiaolaba=s-editor', origin: publicUrl };
    expect(await post(secure, { publicUrl })).toBe('done');
    expect(await post({ ...secure, origin: 'http://xlb.example.cn' }, { publicUrl })).toBe('origin-foreign');
    // A cookie that any host of the domain could have set is none where the real one is named for this host.
    expect(await post({ ...as('editor'), origin: publicUrl }, { publicUrl })).toBe('unauthorised');
  });

  it('is confirmed for ten minutes', async () => {
    for (const [late, code] of [
      [confirmedMs - 1, 'done'],
      [confirmedMs, 'confirmation-needed'],
    ] as const) {
      const { made, guards } = await app({ now: () => begin + late });
      made.post('/b', guards.confirmed('approver'), done);
      const answer = await made.inject({ method: 'POST', url: '/b', headers: as('approver') });
      expect(answer.json()).toEqual({ code });
    }
  });
});

describe('reading', () => {
  it('is for any account where a route says nothing, HEAD too', async () => {
    const { made } = await app();
    made.get('/a', done);
    const status = async (method: 'GET' | 'HEAD', headers: Record<string, string>) =>
      (await made.inject({ method, url: '/a', headers })).statusCode;
    for (const method of ['GET', 'HEAD'] as const) {
      expect(await status(method, {})).toBe(400);
      for (const role of roles) expect(await status(method, { cookie: `xiaolaba=s-${role}` })).toBe(200);
      expect(await status(method, { authorization: 'Bearer sesame' })).toBe(200);
    }
  });

  it('is for anybody where it is open, but not what a role guards', async () => {
    const { made, guards } = await app({ openReading: true });
    made.get('/a', done);
    made.get('/b', guards.reading('officer'), done);
    made.get('/c', guards.role('officer'), done);
    const codes = await Promise.all(
      ['/a', '/b', '/c'].map(async (url) => (await made.inject({ url })).json() as { code: string }),
    );
    expect(codes.map(({ code }) => code)).toEqual(['done', 'done', 'unauthorised']);
  });
});

it('lets an administrator do all but approve', () => {
  for (const role of roles) expect(mayAct(['administrator'], [role])).toBe(role !== 'approver');
  expect(mayAct(['administrator'], ['editor', 'approver'])).toBe(true);
  expect(mayAct(['administrator', 'approver'], ['approver'])).toBe(true);
  expect(mayAct(['editor'], ['approver', 'officer'])).toBe(false);
  expect(mayAct(['editor'], [])).toBe(true);
});
