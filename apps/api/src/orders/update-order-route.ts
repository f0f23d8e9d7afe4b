import { type OrderUpdate, updateOrder } from '@orders/database/orders/update-order';
import { mergeItems } from '@orders/domain/basket';
import { orderSchema } from '@orders/domain/contracts/order';
import { updateOrderBodySchema } from '@orders/domain/contracts/order-requests';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../answer-in-time.ts';
import { actorOf } from '../authentication/principal.ts';
import { dispatchRuns } from '../dispatch-runs.ts';
import { entityTag } from '../http/entity-tag.ts';
import { requireIfMatch } from '../http/if-match.ts';
import { HEADERS } from '../openapi/described-response.ts';
import { BEARER } from '../openapi/document.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { principalOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem-error.ts';
import { UPDATED_EXAMPLE } from './examples.ts';
import { ORDER_PARAMS, type OneOrder, orderIdOf } from './read-own-order.ts';
import { refuseChange } from './refuse-change.ts';

interface Request extends OneOrder {
  Body: z.output<typeof updateOrderBodySchema>;
}

const schema = {
  operationId: 'updateOrder',
  summary: 'Change the items of an order',
  description:
    'As long as the order is `pending` or `backordered`: its items are replaced, at the prices of ' +
    'now. It keeps its place in the line. `If-Match` names the version that was seen.',
  tags: ['orders'],
  security: BEARER,
  params: ORDER_PARAMS,
  querystring: z.strictObject({}),
  headers: z.object({
    'if-match': z.string().meta({ description: 'The ETag of the order', examples: ['"1"'] }),
  }),
  body: updateOrderBodySchema,
  response: {
    200: {
      description: 'Changed',
      headers: { ETag: HEADERS.etag },
      content: {
        'application/json': {
          schema: orderSchema,
          examples: { updated: { value: UPDATED_EXAMPLE } },
        },
      },
    },
    ...problemResponses(
      'malformed-json',
      'unauthorized',
      'not-found',
      'unsupported-media-type',
      'precondition-required',
      'precondition-failed',
      'illegal-state',
      'duplicate-order',
      'unknown-sku',
      'inactive-product',
    ),
  },
};

/** `PATCH /orders/:id` */
export async function updateOrderRoute(
  app: FastifyInstance,
  { duplicateWindowSeconds }: { readonly duplicateWindowSeconds: number },
): Promise<void> {
  app.patch<Request>('/orders/:id', { schema }, async (request, reply) => {
    const principal = principalOf(request);
    const versions = requireIfMatch(request.headers['if-match']);
    const update = await answerInTime(
      updateOrder(app.database, {
        orderId: orderIdOf(request),
        customerId: principal.isOperator ? null : principal.subject,
        versions,
        items: mergeItems(request.body.items),
        actor: actorOf(principal),
        duplicateWindowSeconds,
      }),
    );
    const { order, run } = updatedOf(update);
    // It is due already: when this fails, or is slow, a sweeper does it.
    void dispatchRuns(app, [run]);
    app.nudges.publish([order.id]);
    return reply.header('etag', entityTag(order.version)).send(order);
  });
}

/** @throws ProblemError for every refusal */
function updatedOf(update: OrderUpdate): Extract<OrderUpdate, { kind: 'updated' }> {
  switch (update.kind) {
    case 'updated':
      return update;
    case 'duplicate':
      throw new ProblemError('duplicate-order', {
        members: { existingOrderId: update.existingOrderId },
      });
    case 'unknown-sku':
    case 'inactive-product':
      throw new ProblemError(update.kind, { members: { skus: update.skus } });
    case 'total-mismatch':
      throw new Error('no total was expected');
    case 'not-found':
    case 'stale':
    case 'illegal':
      throw refuseChange(update);
  }
}
