import type { ProblemSlug } from '@orders/domain/problems';
import { z } from 'zod';
import {
  type DescribedResponse,
  HEADERS,
  type ResponseHeaders,
} from '../openapi/described-response.ts';
import { BEARER } from '../openapi/document.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

/** The schema of a route that reads the catalogue: anybody with a token may. */
export function describeCatalogueRead<Q extends z.ZodType, P extends z.ZodType>(read: {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: P;
  readonly querystring?: Q;
  readonly answer: z.ZodType;
  readonly example: unknown;
  readonly answerHeaders?: ResponseHeaders;
  readonly problems?: readonly ProblemSlug[];
}) {
  const { operationId, summary, description, params, answer, example, problems = [] } = read;
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: ['catalogue'],
    security: BEARER,
    ...(params === undefined ? {} : { params }),
    querystring: read.querystring ?? z.strictObject({}),
    headers: z.object({
      'if-none-match': z.string().optional().meta({ description: 'An ETag that the client has' }),
    }),
    response: {
      200: describeAnswer(summary, answer, example, {
        ETag: HEADERS.etag,
        ...read.answerHeaders,
      }),
      304: z.null().meta({ description: 'The client has it as it is' }),
      ...problemResponses('unauthorized', ...problems),
    },
  };
}

/** The schema of a route by which operators write the catalogue. */
export function describeCatalogueWrite<P extends z.ZodType, B extends z.ZodType>(write: {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly params: P;
  readonly body: B;
  readonly answer: z.ZodType;
  readonly example: unknown;
  readonly problems?: readonly ProblemSlug[];
}) {
  const { answer, example, problems = [], ...rest } = write;
  return {
    ...rest,
    tags: ['catalogue'],
    security: BEARER,
    querystring: z.strictObject({}),
    headers: z.object({
      'if-match': z
        .string()
        .optional()
        .meta({ description: 'Replace only this version', examples: ['"3"'] }),
      'if-none-match': z
        .string()
        .optional()
        .meta({ description: '`*`: only if there is none yet', examples: ['*'] }),
    }),
    response: {
      200: describeAnswer('Replaced, or so already', answer, example, { ETag: HEADERS.etag }),
      201: describeAnswer('Created', answer, example, { ETag: HEADERS.etag }),
      ...problemResponses(
        'malformed-json',
        'unauthorized',
        'forbidden',
        'unsupported-media-type',
        'precondition-failed',
        ...problems,
      ),
    },
  };
}

function describeAnswer(
  description: string,
  schema: z.ZodType,
  example: unknown,
  headers: ResponseHeaders,
): DescribedResponse {
  const examples = { example: { value: example } };
  return { description, headers, content: { 'application/json': { schema, examples } } };
}
