import type { FastifyReply, FastifyRequest } from 'fastify';

/** The cookie that holds a session's secret: no script reads it, no other site sends it. */
export interface SessionCookie {
  read(request: FastifyRequest): string | undefined;
  /** For as long as the browser is open; over https it comes back over https alone. */
  set(request: FastifyRequest, reply: FastifyReply, secret: string): void;
  clear(request: FastifyRequest, reply: FastifyReply): void;
}

/** `__Host-` keeps other hosts of the domain from setting it; browsers take that name over https alone. */
const nameFor = (secure: boolean): string => (secure ? '__Host-xiaolaba' : 'xiaolaba');

const optionsFor = (secure: boolean) => ({ httpOnly: true, sameSite: 'strict', path: '/', secure }) as const;

/** @param publicUrl where browsers reach the gateway, if a proxy stands before it */
export function createSessionCookie(publicUrl: string | undefined): SessionCookie {
  const secureFor = (request: FastifyRequest): boolean =>
    request.protocol === 'https' || publicUrl?.startsWith('https:') === true;
  return {
    read: (request) => request.cookies[nameFor(secureFor(request))],
    set(request, reply, secret) {
      const secure = secureFor(request);
      reply.setCookie(nameFor(secure), secret, optionsFor(secure));
    },
    clear(request, reply) {
      const secure = secureFor(request);
      reply.clearCookie(nameFor(secure), optionsFor(secure));
    },
  };
}
