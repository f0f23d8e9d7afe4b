import { adjustStock } from '@orders/database/inventory/adjust-stock';
import { adjustedSchema, adjustmentBodySchema } from '@orders/domain/contracts/inventory';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../../answer-in-time.ts';
import { actorOf } from '../../authentication/principal.ts';
import { readIdempotencyKey } from '../../http/idempotency-key.ts';
import { HEADERS } from '../../openapi/described-response.ts';
import { principalOf } from '../../plugins/authentication.ts';
import { ProblemError } from '../../problems/problem-error.ts';
import { describeOperation, type OneBySku, SKU_PARAMS } from '../describe-operation.ts';

const schema = describeOperation({
  operationId: 'adjustStock',
  summary: 'Adjust the stock of a SKU by hand',
  description:
    'Once per operator and `Idempotency-Key`: a repetition gets the same answer. What is gone is ' +
    'gone, even if it was promised; then a shortfall says so. Orders that wait are served by what comes.',
  params: SKU_PARAMS,
  headers: z.object({
    'idempotency-key': z
      .string()
      .min(1)
      .max(255)
      .meta({
        description: '1 to 255 visible ASCII characters, bare or as a quoted string; never expires',
        examples: ['delivery-4711'],
      }),
  }),
  body: adjustmentBodySchema,
  status: 201,
  answer: adjustedSchema,
  example: { sku: 'KEYBOARD-0001', delta: -3, reason: 'Broken in the warehouse', onHand: 37 },
  answerHeaders: { 'Idempotency-Replayed': HEADERS.replayed },
  problems: ['not-found', 'idempotency-key-invalid', 'idempotency-key-reused', 'illegal-state'],
});

type Body = z.output<typeof adjustmentBodySchema>;

/** `POST /admin/inventory/:sku/adjustments` */
export async function adjustStockRoute(app: FastifyInstance): Promise<void> {
  app.post<OneBySku & { Body: Body }>(
    '/admin/inventory/:sku/adjustments',
    { schema },
    async (request, reply) => {
      const idempotencyKey = readIdempotencyKey(request.raw);
      // Repeated without one, a delivery would be counted twice.
      if (idempotencyKey === null) throw new ProblemError('idempotency-key-invalid');
      const { sku } = request.params;
      const { delta, reason } = request.body;
      const actor = actorOf(principalOf(request));
      const adjustment = { sku, delta, reason, actor, idempotencyKey };
      const result = await answerInTime(adjustStock(app.database, adjustment));
      switch (result.kind) {
        case 'adjusted':
          app.log.info({ ...adjustment, requestId: request.id }, 'Stock was adjusted.');
          break;
        case 'replayed':
          reply.header('idempotency-replayed', 'true');
          break;
        case 'unknown-sku':
          throw new ProblemError('not-found');
        case 'key-reused':
          throw new ProblemError('idempotency-key-reused');
        case 'below-zero':
          throw new ProblemError('illegal-state', {
            detail: 'Fewer than no units would be left.',
            members: { onHand: result.onHand },
          });
      }
      return reply.code(201).send({ sku, delta, reason, onHand: result.onHand });
    },
  );
}
