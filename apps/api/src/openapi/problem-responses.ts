import { PROBLEMS, type ProblemSlug } from '@orders/domain/problems';
import {
  PROBLEM_MEDIA_TYPE,
  problemSchema,
  toProblemDocument,
} from '../problems/problem-document.ts';
import { ProblemError } from '../problems/problem-error.ts';
import { type DescribedResponse, HEADERS, type ResponseHeaders } from './described-response.ts';

/** What any request may meet, whatever the route. */
const ALWAYS: readonly ProblemSlug[] = [
  'validation-error',
  'request-timeout',
  'payload-too-large',
  'uri-too-long',
  'rate-limited',
  'headers-too-large',
  'internal',
  'overloaded',
  'unavailable',
];

/** The responses of a route, one per status, for the problems that it may answer with. */
export function problemResponses(
  ...slugs: readonly ProblemSlug[]
): Record<number, DescribedResponse> {
  const byStatus = new Map<number, ProblemSlug[]>();
  for (const slug of new Set([...slugs, ...ALWAYS])) {
    const { status } = PROBLEMS[slug];
    byStatus.set(status, [...(byStatus.get(status) ?? []), slug]);
  }
  return Object.fromEntries(
    Array.from(byStatus, ([status, same]) => [status, describe(status, same)]),
  );
}

function describe(status: number, slugs: readonly ProblemSlug[]): DescribedResponse {
  const examples: Record<string, unknown> = {};
  for (const slug of slugs) examples[slug] = { value: toProblemDocument(new ProblemError(slug)) };
  return {
    description: slugs.map((slug) => PROBLEMS[slug].title).join(', '),
    headers: headersOf(status),
    content: {
      [PROBLEM_MEDIA_TYPE]: { schema: problemSchema, examples },
    },
  };
}

function headersOf(status: number): ResponseHeaders {
  switch (status) {
    case 401:
      return { 'WWW-Authenticate': HEADERS.challenge };
    case 429:
      return {
        'Retry-After': HEADERS.retryAfter,
        RateLimit: HEADERS.rateLimit,
        'RateLimit-Policy': HEADERS.rateLimitPolicy,
      };
    case 503:
      return { 'Retry-After': HEADERS.retryAfter };
    default:
      return {};
  }
}
