import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest, preParsingHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { countHeader } from '../http/count-header.ts';
import { ProblemError } from '../problems/problem-error.ts';

const JSON_TYPE = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?[ \t]*$/i;

/**
 * Bodies are JSON in UTF-8 without a content coding, and nothing else is guessed, converted or
 * repaired: invalid bytes and names that reach into prototypes are refused.
 */
export const jsonBodies = fp(function jsonBodies(app: FastifyInstance, _options, done) {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, bytes, finish) => {
      // `toString` would put U+FFFD where the bytes are wrong.
      if (isUtf8(bytes)) void parseJson(request, bytes.toString('utf8'), finish);
      else finish(new ProblemError('malformed-json'));
    },
  );

  app.addHook('onRoute', (route) => {
    if (route.schema?.body === undefined) return;
    route.preParsing = [refuseOtherTypes, ...[route.preParsing ?? []].flat()];
  });
  done();
});

/** After `onRequest`, where authentication and authorisation are: a stranger is told 401, not 415. */
const refuseOtherTypes: preParsingHookHandler = (request, _reply, payload, next) => {
  if (isJson(request)) next(null, payload);
  else next(new ProblemError('unsupported-media-type'));
};

function isJson({ raw }: FastifyRequest): boolean {
  const { headers, rawHeaders } = raw;
  const type = headers['content-type'];
  return (
    type !== undefined &&
    (type === 'application/json' || JSON_TYPE.test(type)) &&
    headers['content-encoding'] === undefined &&
    // Node keeps the first of several; a proxy may have believed the last.
    countHeader(rawHeaders, 'content-type') === 1
  );
}
