import type { FastifyInstance } from 'fastify';
import type { Audit } from '../audit/index.js';
import { changes } from './authorise.js';

/**
 * Sees to it that nothing is changed without an entry: a route that has written none itself gets one here, before its
 * answer goes out, and so does a refusal. Strangers' refusals are left out, or anybody could fill the disk; what they
 * try to log in with is written down where it is tried.
 */
export function auditChanges(app: FastifyInstance, audit: Audit): void {
  app.addHook('onSend', async (request, reply) => {
    const { actor, noted, method, routeOptions, params } = request;
    if (!changes(method) || !actor || routeOptions.url === undefined) return;
    const refused = reply.statusCode >= 400;
    // Whoever may not even look is still written down; a form that is not filled in yet is not.
    if (routeOptions.config.onlyLooks && reply.statusCode !== 403) return;
    // An entry of its own in a transaction that then failed is gone with it.
    if (refused ? noted !== undefined && noted !== 'done' : noted !== undefined) return;
    const action = routeOptions.config.action ?? `${method} ${routeOptions.url}`;
    const object = Object.entries((params ?? {}) as Record<string, string>)
      .map(([name, value]) => `${name}/${value}`)
      .join(' ');
    const outcome = refused ? (request.failure ?? `http-${reply.statusCode}`) : 'done';
    await audit.note(request, action, object, {}, { outcome });
  });
}
