import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest, preParsingHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { acceptsNothing } from '../http/accepts-nothing.ts';
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
      const schema = request.routeOptions.schema?.body;
      // Many clients say what their body is also when they have none.
      if (bytes.length === 0 && (schema === undefined || acceptsNothing(schema))) finish(null);
      // `toString` would put U+FFFD where the bytes are wrong.
      else if (!isUtf8(bytes)) finish(new ProblemError('malformed-json'));
      else {
        void parseJson(request, bytes.toString('utf8'), (error, value: unknown) => {
          if (error === null && schema === undefined && !isEmptyObject(value)) {
            finish(new ProblemError('validation-error', { detail: 'This request has no body.' }));
          } else finish(error, value);
        });
      }
    },
  );

  app.addHook('onRoute', (route) => {
    const body = route.schema?.body;
    if (body === undefined) return;
    const refuse = acceptsNothing(body) ? refuseOtherTypesOfBodies : refuseOtherTypes;
    route.preParsing = [refuse, ...[route.preParsing ?? []].flat()];
  });
  done();
});

/** After `onRequest`, where authentication and authorisation are: a stranger is told 401, not 415. */
const refuseOtherTypes: preParsingHookHandler = (request, _reply, payload, next) => {
  if (isJson(request)) next(null, payload);
  else next(new ProblemError('unsupported-media-type'));
};

/** For bodies that may be left out. */
const refuseOtherTypesOfBodies: preParsingHookHandler = (request, reply, payload, next) => {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.raw.headers;
  if (length === '0' && encoding === undefined) next(null, payload);
  else refuseOtherTypes.call(request.server, request, reply, payload, next);
};

/** What a client sends that thinks that there has to be something. */
function isEmptyObject(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === 0
  );
}

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
