import type { FastifyReply, FastifyRequest } from 'fastify';
import { entityTag, matchesNone } from './entity-tag.ts';

/**
 * Answers with a version of something, or with 304 when the client has that one already. Kept by
 * the client alone, and asked about each time: no answer is older than his own write.
 */
export function answerUnlessKnown(
  request: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  version: number,
  body: object,
): FastifyReply {
  const tag = entityTag(version);
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
  return matchesNone(request.headers['if-none-match'], tag)
    ? reply.code(304).send()
    : reply.send(body);
}
