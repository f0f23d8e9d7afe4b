import { cancelOrder, type Cancellation } from '@orders/database/orders/cancel-order';
import { orderSchema } from '@orders/domain/contracts/order';
import { cancelOrderBodySchema } from '@orders/domain/contracts/order-requests';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../answer-in-time.ts';
import { actorOf } from '../authentication/principal.ts';
import { dispatchRuns } from '../dispatch-runs.ts';
import { entityTag } from '../http/entity-tag.ts';
import { readIfMatch } from '../http/if-match.ts';
import { parseBody, validatorCompilerWithoutBody } from '../http/validator-compiler.ts';
import { HEADERS } from '../openapi/described-response.ts';
import { BEARER } from '../openapi/document.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { principalOf } from '../plugins/authentication.ts';
import { CANCELLED_EXAMPLE, CANCELLING_EXAMPLE } from './examples.ts';
import { ORDER_PARAMS, type OneOrder, orderIdOf } from './read-own-order.ts';
import { refuseChange } from './refuse-change.ts';

const bodySchema = cancelOrderBodySchema.optional();

const schema = {
  tags: ['orders'],
  description:
    'While a payment may be under way only its outcome can tell: then the order is `cancelling`, ' +
    'and ends `cancelled` with the money given back. Asking again gives the same answer.',
  security: BEARER,
  params: ORDER_PARAMS,
  querystring: z.strictObject({}),
  headers: z.object({
    'if-match': z
      .string()
      .optional()
      .meta({ description: 'Cancel only this version', examples: ['"1"'] }),
  }),
};

const response = {
  200: describeAnswer('Cancelled, now or before', { cancelled: { value: CANCELLED_EXAMPLE } }),
  202: describeAnswer('Cancelling', { cancelling: { value: CANCELLING_EXAMPLE } }),
};

const problems = [
  'unauthorized',
  'not-found',
  'precondition-failed',
  'illegal-state',
  'malformed-json',
  'unsupported-media-type',
] as const;

function describeAnswer(description: string, examples: Readonly<Record<string, unknown>>) {
  return {
    description,
    headers: { ETag: HEADERS.etag },
    content: { 'application/json': { schema: orderSchema, examples } },
  };
}

/** `POST /orders/:id/cancel`, and `DELETE /orders/:id` for the same without a reason */
export async function cancelOrderRoutes(app: FastifyInstance): Promise<void> {
  app.post<OneOrder>(
    '/orders/:id/cancel',
    {
      schema: {
        ...schema,
        operationId: 'cancelOrder',
        summary: 'Cancel an order',
        body: bodySchema,
        response: { ...response, ...problemResponses(...problems) },
      },
      validatorCompiler: validatorCompilerWithoutBody,
    },
    (request, reply) => {
      const body = parseBody(bodySchema, request.body);
      return cancel(app, request, reply, body?.reason ?? null);
    },
  );

  app.delete<OneOrder>(
    '/orders/:id',
    {
      schema: {
        ...schema,
        operationId: 'deleteOrder',
        summary: 'Cancel an order, without a reason',
        response: { ...response, ...problemResponses(...problems) },
      },
    },
    (request, reply) => cancel(app, request, reply, null),
  );
}

async function cancel(
  app: FastifyInstance,
  request: FastifyRequest<OneOrder>,
  reply: FastifyReply,
  reason: string | null,
): Promise<FastifyReply> {
  const principal = principalOf(request);
  const ifMatch = request.headers['if-match'];
  const { order, kind, run } = cancelledOf(
    await answerInTime(
      cancelOrder(app.database, {
        orderId: orderIdOf(request),
        customerId: principal.isOperator ? null : principal.subject,
        versions: ifMatch === undefined ? null : readIfMatch(ifMatch),
        reason,
        actor: actorOf(principal),
      }),
    ),
  );
  // It is due already: when this fails, or is slow, a sweeper does it.
  if (run !== null) void dispatchRuns(app, [run]);
  app.nudges.publish([order.id]);
  return reply
    .code(kind === 'cancelled' ? 200 : 202)
    .header('etag', entityTag(order.version))
    .send(order);
}

/** @throws ProblemError for every refusal */
function cancelledOf(cancellation: Cancellation) {
  switch (cancellation.kind) {
    case 'cancelled':
      return { ...cancellation, run: null };
    case 'cancelling':
      return cancellation;
    case 'not-found':
    case 'stale':
    case 'illegal':
      throw refuseChange(cancellation);
  }
}
