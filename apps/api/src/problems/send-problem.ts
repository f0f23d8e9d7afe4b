import type { FastifyReply } from 'fastify';
import { API_HEADERS } from '../http/api-headers.ts';
import { PROBLEM_MEDIA_TYPE, toProblemDocument } from './problem-document.ts';
import type { ProblemError } from './problem-error.ts';

/** Answers with problem details, whatever the route would have answered. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): FastifyReply {
  const { id } = reply.request;
  const body = JSON.stringify(toProblemDocument(problem, id));
  return (
    reply
      .code(problem.statusCode)
      .headers({ ...API_HEADERS, 'x-request-id': id, 'cache-control': 'no-store' })
      .headers(problem.extras.headers ?? {})
      .type(PROBLEM_MEDIA_TYPE)
      // As bytes: Fastify would add a charset to the type of a string, which RFC 9457 does not define.
      .send(Buffer.from(body))
  );
}
