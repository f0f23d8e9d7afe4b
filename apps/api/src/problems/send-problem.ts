import type { FastifyReply } from 'fastify';
import { PROBLEM_MEDIA_TYPE, toProblemDocument } from './problem-document.ts';
import type { ProblemError } from './problem-error.ts';

/** Answers with problem details, whatever the route would have answered. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): FastifyReply {
  const body = JSON.stringify(toProblemDocument(problem, reply.request.id));
  return (
    reply
      .code(problem.statusCode)
      .headers({ 'cache-control': 'no-store', ...problem.extras.headers })
      .type(PROBLEM_MEDIA_TYPE)
      // As bytes: Fastify would add a charset to the type of a string, which RFC 9457 does not define.
      .send(Buffer.from(body))
  );
}
