import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { createAllowedMethods } from '../problems/allowed-methods.ts';
import { explainError, isOurFault } from '../problems/explain-error.ts';
import { ProblemError } from '../problems/problem-error.ts';
import { sendProblem } from '../problems/send-problem.ts';

/** An outage concerns every request alike; one line a second tells it. */
const OUTAGE_LOG_INTERVAL_MS = 1_000;

/** Every refusal and every failure is answered with problem details (RFC 9457). */
export const problems = fp(function problems(app: FastifyInstance, _options, done) {
  const allowed = createAllowedMethods(app);
  const logFailure = createFailureLog(app);

  app.setErrorHandler((thrown, request, reply) => {
    const problem = explainError(thrown);
    logFailure(thrown, problem, request);
    return sendProblem(reply, problem);
  });

  // In a hook and not in a not-found handler: that would come after the body was read and refused.
  app.addHook('onRequest', (request, _reply, next) => {
    if (!request.is404) {
      next();
      return;
    }
    const allow = allowed.find(request.url.split('?', 1)[0] ?? '');
    next(
      allow === null
        ? new ProblemError('not-found')
        : new ProblemError('method-not-allowed', { headers: { allow } }),
    );
  });
  // Reached only by `reply.callNotFound()`.
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new ProblemError('not-found')));
  done();
});

/** For requests that have no route: targets that cannot be decoded. Bypasses hooks and handlers. */
export function answerFrameworkError(
  error: unknown,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  void sendProblem(reply, explainError(error));
}

function createFailureLog(app: FastifyInstance) {
  let lastOutageLogAt = Number.NEGATIVE_INFINITY;
  let unlogged = 0;
  return (thrown: unknown, problem: ProblemError, request: FastifyRequest): void => {
    const context = { requestId: request.id, method: request.method, url: request.url };
    if (isOurFault(problem)) {
      app.log.error({ err: thrown, ...context }, 'A request failed.');
    } else if (problem.statusCode >= 500) {
      unlogged += 1;
      const now = performance.now();
      if (now - lastOutageLogAt < OUTAGE_LOG_INTERVAL_MS) return;
      app.log.warn({ err: thrown, ...context, requests: unlogged }, 'Requests are turned away.');
      lastOutageLogAt = now;
      unlogged = 0;
    }
  };
}
