import { isUnavailable } from '@orders/database/sql-state';
import { PROBLEMS, type ProblemSlug } from '@orders/domain/problems';
import { OverloadError } from '@orders/service/overload-error';
import { ProblemError } from './problem-error.ts';

/** What Fastify and its plugins throw, by their codes. */
const SLUG_BY_CODE: Readonly<Record<string, ProblemSlug>> = {
  FST_ERR_BAD_URL: 'validation-error',
  FST_ERR_MAX_PARAM_LENGTH: 'uri-too-long',
  FST_ERR_NOT_FOUND: 'not-found',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'validation-error',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
};

/** By status, for errors of plugins that carry no code of ours. */
const SLUG_BY_STATUS: Readonly<Record<number, ProblemSlug>> = {
  400: 'validation-error',
  403: 'not-found',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'payload-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
};

const DETAIL_BY_CODE: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The request target is not validly percent-encoded.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says.',
};

/**
 * Sorts whatever was thrown into the problem that the client is told. Messages of errors that are
 * not ours never get out: they may quote statements, paths and values.
 */
export function explainError(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  if (thrown instanceof OverloadError) {
    return new ProblemError('overloaded', {
      headers: { 'retry-after': String(thrown.retryAfterSeconds) },
    });
  }
  if (isUnavailable(thrown)) {
    return new ProblemError('unavailable', { headers: { 'retry-after': '1' } });
  }
  const code = property(thrown, 'code');
  const bySlug = typeof code === 'string' ? SLUG_BY_CODE[code] : undefined;
  const status = property(thrown, 'statusCode');
  const byStatus = typeof status === 'number' ? SLUG_BY_STATUS[status] : undefined;
  const slug = bySlug ?? byStatus ?? 'internal';
  const detail = typeof code === 'string' ? DETAIL_BY_CODE[code] : undefined;
  return new ProblemError(slug, detail === undefined ? {} : { detail });
}

/** Whether the process, rather than the client or a part that is away, is at fault. */
export function isOurFault(problem: ProblemError): boolean {
  return PROBLEMS[problem.slug].status === 500;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
