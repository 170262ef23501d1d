import { timingSafeEqual } from 'node:crypto';
import { callerError } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { FastifyRequest } from 'fastify';

/**
 * Lets only the local administrator's bearer token through; asked before a body is read. @throws XiaolabaError `unauthorised`
 */
export function requireToken(token: string): (request: FastifyRequest) => Promise<void> {
  const wanted = Buffer.from(sha256(Buffer.from(token)));
  return async (request) => {
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(Buffer.from(sha256(Buffer.from(given))), wanted))
      throw callerError('unauthorised', 'a bearer token is needed');
  };
}

/** How the API's description says that a route asks for the token. */
export const tokenSecurity = [{ token: [] }];

/** The device and secret of HTTP basic authentication, if there are any. */
export function basicCredentials(request: FastifyRequest): { device: string; secret: Buffer } | undefined {
  const encoded = /^Basic (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (!encoded) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { device: text.slice(0, colon), secret: Buffer.from(text.slice(colon + 1)) };
}
