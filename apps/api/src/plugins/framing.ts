import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { countHeader } from '../http/count-header.ts';
import { ProblemError } from '../problems/problem-error.ts';

export interface FramingOptions {
  readonly maxBodyBytes: number;
  readonly maxUrlBytes: number;
}

/** A body up to this size is read and thrown away, so that the client surely sees the refusal. */
const MAX_DISCARDED_BYTES = 1024 * 1024;

/** What can be said of a request before anything of it is looked at: its frame and its size. */
export const framing = fp(function framing(
  app: FastifyInstance,
  { maxBodyBytes, maxUrlBytes }: FramingOptions,
  done,
) {
  // Node would answer 417 itself, without a body. An expectation that nobody knows may be ignored
  // (RFC 9110, 10.1.1).
  app.server.on('checkExpectation', (request, response) => {
    app.server.emit('request', request, response);
  });
  app.addHook('onRequest', (request, _reply, next) => {
    const { rawHeaders, url, headers, httpVersion } = request.raw;
    const hosts = countHeader(rawHeaders, 'host');
    // RFC 9112, 3.2: who believes which Host would depend on who reads it.
    if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
      next(
        new ProblemError('validation-error', { detail: 'There must be exactly one Host header.' }),
      );
      return;
    }
    if (url !== undefined && url.length > maxUrlBytes) {
      next(new ProblemError('uri-too-long'));
      return;
    }
    const length = Number(headers['content-length'] ?? 0);
    if (length <= maxBodyBytes) next();
    else if (length <= MAX_DISCARDED_BYTES) next(new ProblemError('payload-too-large'));
    else next(new ProblemError('payload-too-large', { headers: { connection: 'close' } }));
  });
  done();
});
