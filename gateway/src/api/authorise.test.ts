import { errorCode } from '@xiaolaba/protocol';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { guardRoutes, requireToken } from './authorise.js';

const app = () => {
  const made = fastify({ exposeHeadRoutes: true });
  const administrator = requireToken('open sesame');
  guardRoutes(made, new Set([administrator.onRequest]));
  opened.push(made);
  return { made, administrator };
};
const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'nothing thrown';
  } catch (error) {
    return errorCode(error);
  }
};

describe('routes that change something', () => {
  it('can not be added without the token check, in a plugin neither', async () => {
    const { made } = app();
    expect(codeOf(() => made.post('/a', async () => ({})))).toBe('route-unguarded');
    expect(codeOf(() => made.route({ method: ['GET', 'DELETE'], url: '/b', handler: async () => ({}) }))).toBe(
      'route-unguarded',
    );
    expect(codeOf(() => made.put('/c', { onRequest: async () => {} }, async () => ({})))).toBe('route-unguarded');
    const { made: other } = app();
    const register = other.register(async (inner) => {
      inner.post('/d', async () => ({}));
    });
    expect(await register.then(() => 'nothing thrown', errorCode)).toBe('route-unguarded');
  });

  it('are let through with it, or with a reason', async () => {
    const { made, administrator } = app();
    expect(codeOf(() => made.get('/a', async () => ({})))).toBe('nothing thrown');
    expect(codeOf(() => made.post('/b', administrator, async () => ({ done: true })))).toBe('nothing thrown');
    expect(codeOf(() => made.post('/c', { config: { openBecause: 'a test' } }, async () => ({})))).toBe(
      'nothing thrown',
    );
  });
});

it('takes the one token and no other', async () => {
  const made = fastify();
  opened.push(made);
  made.setErrorHandler((error, _request, reply) => reply.status(401).send({ code: errorCode(error) }));
  made.post('/b', requireToken('sesame'), async () => ({ done: true }));
  const answer = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    return (await made.inject({ method: 'POST', url: '/b', headers })).json() as unknown;
  };
  expect(await answer('Bearer sesame')).toEqual({ done: true });
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
