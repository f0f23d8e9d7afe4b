import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { matchesNone } from './entity-tag.ts';

/**
 * Answers with a list, or with 304 when the client has the very same one already: its tag is made of
 * what it says. It has to be made in any case; what is saved is sending it.
 */
export function answerUnlessSame(
  request: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  body: object,
): FastifyReply {
  const text = JSON.stringify(body);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
  return matchesNone(request.headers['if-none-match'], tag)
    ? reply.code(304).send()
    : reply.type('application/json; charset=utf-8').send(text);
}
