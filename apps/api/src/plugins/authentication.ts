import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Principal } from '../authentication/principal.ts';
import { createTokenMemory } from '../authentication/token-memory.ts';
import { createTokenVerifier, type TokenRules } from '../authentication/token-verifier.ts';
import { countHeader } from '../http/count-header.ts';
import { ProblemError } from '../problems/problem-error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before anything of a protected route runs. */
    principal: Principal | null;
  }
}

const MAX_TOKEN_LENGTH = 8_192;
const MAX_TOKENS = 10_000;
const REMEMBERED_MS = 30_000;
const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Protects every route of the context it is registered in: a valid bearer token, or 401 with a
 * challenge (RFC 6750).
 */
export const authentication = fp(async function authentication(
  app: FastifyInstance,
  rules: TokenRules,
) {
  const verify = await createTokenVerifier(rules);
  const memory = createTokenMemory(MAX_TOKENS, REMEMBERED_MS);
  app.decorateRequest('principal', null);

  app.addHook('onRequest', (request, reply, next) => {
    const token = readToken(request);
    if (token === null) {
      const tried = request.headers.authorization !== undefined;
      next(app.limitRefused(request, reply) ?? unauthorized(tried));
      return;
    }
    const nowMs = Date.now();
    const known = memory.recall(token, nowMs);
    if (known !== null) {
      request.principal = known;
      next();
      return;
    }
    verify(token)
      .then((verification) => {
        switch (verification.kind) {
          case 'verified':
            memory.remember(token, verification.principal, verification.expiresAtMs, nowMs);
            request.principal = verification.principal;
            next();
            return;
          case 'refused':
            app.log.debug({ requestId: request.id, reason: verification.reason }, 'Token refused.');
            next(app.limitRefused(request, reply) ?? unauthorized(true));
            return;
          case 'unavailable':
            app.log.warn({ err: verification.error }, 'Token keys cannot be fetched.');
            next(new ProblemError('unavailable', { headers: { 'retry-after': '5' } }));
        }
      })
      // Whatever fails here fails this request, and not the process.
      .catch(next);
  });
});

/**
 * Who is asking, on a protected route.
 * @throws Error on a route outside the protected context: a mistake of ours
 */
export function principalOf({ principal }: FastifyRequest): Principal {
  if (principal === null) throw new Error('the route is not protected');
  return principal;
}

function readToken({ raw }: FastifyRequest): string | null {
  const { authorization } = raw.headers;
  if (authorization === undefined || authorization.length > MAX_TOKEN_LENGTH) return null;
  if (countHeader(raw.rawHeaders, 'authorization') !== 1) return null;
  return BEARER.exec(authorization)?.[1] ?? null;
}

function unauthorized(tried: boolean): ProblemError {
  const error = tried ? ', error="invalid_token"' : '';
  return new ProblemError('unauthorized', {
    headers: { 'www-authenticate': `Bearer realm="orders"${error}` },
  });
}
