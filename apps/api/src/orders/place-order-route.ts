import {
  orderSchema,
  placeOrderBodySchema,
  placeOrderForBodySchema,
} from '@orders/domain/contracts/order';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { entityTag } from '../http/entity-tag.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { parseBody, validatorCompilerWithoutBody } from '../http/validator-compiler.ts';
import { HEADERS } from '../openapi/described-response.ts';
import { BEARER } from '../openapi/document.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { principalOf } from '../plugins/authentication.ts';
import { orderOf } from './answer-placement.ts';
import { COMPLETED_EXAMPLE, ORDER_EXAMPLE } from './examples.ts';
import { placeOrder, type PlaceOrderCommand } from './place-order.ts';
import { waitAsPreferred } from './wait-as-preferred.ts';

const schema = {
  operationId: 'placeOrder',
  summary: 'Place an order',
  description:
    'Prices come from the catalogue. With an `Idempotency-Key` a retry gives the same order, ' +
    'whatever happened to the first answer. Operators name the customer.',
  tags: ['orders'],
  security: BEARER,
  querystring: z.strictObject({}),
  headers: z.object({
    'idempotency-key': z
      .string()
      .min(1)
      .max(255)
      .optional()
      .meta({
        description: '1 to 255 visible ASCII characters, bare or as a quoted string; never expires',
        examples: ['checkout-4711'],
      }),
    prefer: z
      .string()
      .optional()
      .meta({
        description:
          '`wait=N`: answer when the order has come to rest, or after N seconds (RFC 7240)',
        examples: ['wait=10'],
      }),
  }),
  body: z.union([placeOrderBodySchema, placeOrderForBodySchema]).meta({
    examples: [
      { items: [{ sku: 'KEYBOARD-0001', quantity: 2 }], metadata: { cart: 'c-17' } },
      { customerId: 'customer-1', items: [{ sku: 'KEYBOARD-0001', quantity: 2 }] },
    ],
  }),
  response: {
    201: {
      description: 'Stored for good',
      headers: {
        Location: HEADERS.location,
        ETag: HEADERS.etag,
        'Idempotency-Replayed': HEADERS.replayed,
        'Preference-Applied': HEADERS.preferenceApplied,
      },
      content: {
        'application/json': {
          schema: orderSchema,
          examples: {
            pending: { value: ORDER_EXAMPLE },
            waitedFor: { value: COMPLETED_EXAMPLE },
          },
        },
      },
    },
    ...problemResponses(
      'malformed-json',
      'idempotency-key-invalid',
      'unauthorized',
      'unsupported-media-type',
      'duplicate-order',
      'unknown-sku',
      'inactive-product',
      'total-mismatch',
      'idempotency-key-reused',
      'overloaded',
    ),
  },
};

/** `POST /orders` */
export async function placeOrderRoute(app: FastifyInstance): Promise<void> {
  app.post(
    '/orders',
    { schema, validatorCompiler: validatorCompilerWithoutBody },
    async (request, reply) => {
      const placement = await placeOrder(app.intake, readCommand(request));
      const { order: placed, replayed } = orderOf(placement);
      const order = await waitAsPreferred(app, request, reply, placed);
      reply
        .code(201)
        .header('location', `/orders/${order.id}`)
        .header('etag', entityTag(order.version));
      if (replayed) reply.header('idempotency-replayed', 'true');
      return order;
    },
  );
}

/** An operator says whose order it is; a customer's is his own, and he cannot say otherwise. */
function readCommand(request: FastifyRequest): PlaceOrderCommand {
  const principal = principalOf(request);
  const idempotencyKey = readIdempotencyKey(request.raw);
  if (principal.isOperator) {
    const { customerId, ...body } = parseBody(placeOrderForBodySchema, request.body);
    return { principal, customerId, body, idempotencyKey };
  }
  const body = parseBody(placeOrderBodySchema, request.body);
  return { principal, customerId: principal.subject, body, idempotencyKey };
}
