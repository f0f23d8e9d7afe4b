import { idSchema } from '@orders/domain/contracts/text';
import { z } from 'zod';
import { HEADERS } from '../openapi/described-response.ts';
import { BEARER } from '../openapi/document.ts';
import { problemResponses } from '../openapi/problem-responses.ts';

/** The schema of a route that reads something of one order. */
export function describeRead(
  operationId: string,
  summary: string,
  body: z.ZodType,
  example?: unknown,
) {
  const examples = example === undefined ? {} : { examples: { pending: { value: example } } };
  return {
    operationId,
    summary,
    tags: ['orders'],
    security: BEARER,
    params: z.strictObject({ id: idSchema }),
    querystring: z.strictObject({}),
    headers: z.object({
      'if-none-match': z.string().optional().meta({ description: 'An ETag that the client has' }),
    }),
    response: {
      200: {
        description: summary,
        headers: { ETag: HEADERS.etag },
        content: { 'application/json': { schema: body, ...examples } },
      },
      304: z.null().meta({ description: 'The client has this version' }),
      ...problemResponses('unauthorized', 'not-found'),
    },
  };
}
