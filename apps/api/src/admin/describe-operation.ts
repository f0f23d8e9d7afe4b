import { idSchema, skuSchema } from '@orders/domain/contracts/text';
import type { ProblemSlug } from '@orders/domain/problems';
import { z } from 'zod';
import type { ResponseHeaders } from '../openapi/described-response.ts';
import { BEARER } from '../openapi/document.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

export interface Operation<P, Q, B> {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: P;
  readonly querystring?: Q;
  readonly body?: B;
  readonly headers?: z.ZodType;
  /** Of the good answer; 200 without it. */
  readonly status?: number;
  readonly answer: z.ZodType;
  readonly example?: unknown;
  readonly answerHeaders?: ResponseHeaders;
  readonly problems?: readonly ProblemSlug[];
}

/** The schema of a route for operators. */
export function describeOperation<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType | undefined = undefined,
>(operation: Operation<P, Q, B>) {
  const { operationId, summary, description, params, body, headers, answer, example } = operation;
  const bodyProblems: ProblemSlug[] =
    body === undefined ? [] : ['malformed-json', 'unsupported-media-type'];
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: ['operating'],
    security: BEARER,
    ...(params === undefined ? {} : { params }),
    querystring: operation.querystring ?? z.strictObject({}),
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
    response: {
      [operation.status ?? 200]: {
        description: summary,
        headers: operation.answerHeaders ?? {},
        content: {
          'application/json': {
            schema: answer,
            ...(example === undefined ? {} : { examples: { example: { value: example } } }),
          },
        },
      },
      ...problemResponses(
        'unauthorized',
        'forbidden',
        ...bodyProblems,
        ...(operation.problems ?? []),
      ),
    },
  };
}

/** The path of one thing that has an id. */
export const ID_PARAMS = z.strictObject({ id: idSchema });

export interface OneById {
  Params: { id: string };
}

/** The path of something of one SKU. */
export const SKU_PARAMS = z.strictObject({ sku: skuSchema });

export interface OneBySku {
  Params: { sku: string };
}
