import {
  deadLetterActedSchema,
  discardBodySchema,
  redriveBodySchema,
  resolveBodySchema,
} from '@orders/domain/contracts/dead-letter';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { parseBody, validatorCompilerWithoutBody } from '../../http/validator-compiler.ts';
import { describeOperation, ID_PARAMS, type OneById } from '../describe-operation.ts';
import { act, answerAct } from './act.ts';
import { DEAD_LETTER_EXAMPLE } from './examples.ts';

const ACTED = {
  params: ID_PARAMS,
  answer: deadLetterActedSchema,
  example: {
    id: DEAD_LETTER_EXAMPLE.id,
    orderId: DEAD_LETTER_EXAMPLE.orderId,
    status: 'reserved',
  },
};

const redriveSchema = describeOperation({
  ...ACTED,
  operationId: 'redriveDeadLetter',
  summary: 'Send an order on its way again',
  description:
    'To where it can go on: to `cancelling` if it came from there, else to `reserved` if it holds ' +
    'stock, else to `pending`.',
  body: redriveBodySchema.optional(),
  problems: ['not-found', 'already-redriven', 'duplicate-order'],
});

const discardSchema = describeOperation({
  ...ACTED,
  operationId: 'discardDeadLetter',
  summary: 'Give an order up',
  description:
    'It becomes `cancelled`; by way of `cancelling` while money may have moved, which is given back.',
  body: discardBodySchema,
  problems: ['not-found', 'already-redriven'],
});

const resolveSchema = describeOperation({
  ...ACTED,
  operationId: 'resolveDeadLetter',
  summary: 'Say how a payment of unknown outcome ended',
  description:
    'For an operator who has looked it up at the provider. The order goes on from there.',
  body: resolveBodySchema,
  problems: ['not-found', 'already-redriven', 'illegal-state'],
});

/** `POST /admin/dead-letters/:id/redrive`, `/discard` and `/resolve` */
export async function actRoutes(app: FastifyInstance): Promise<void> {
  app.post<OneById>(
    '/admin/dead-letters/:id/redrive',
    { schema: redriveSchema, validatorCompiler: validatorCompilerWithoutBody },
    async (request) => {
      const id = request.params.id.toLowerCase();
      const { force = false } = parseBody(redriveBodySchema.optional(), request.body) ?? {};
      return answerAct(id, await act(app, request, id, { kind: 'redrive', force }));
    },
  );

  app.post<OneById & { Body: z.output<typeof discardBodySchema> }>(
    '/admin/dead-letters/:id/discard',
    { schema: discardSchema },
    async (request) => {
      const id = request.params.id.toLowerCase();
      const { reason } = request.body;
      return answerAct(id, await act(app, request, id, { kind: 'discard', reason }));
    },
  );

  app.post<OneById & { Body: z.output<typeof resolveBodySchema> }>(
    '/admin/dead-letters/:id/resolve',
    { schema: resolveSchema },
    async (request) => {
      const id = request.params.id.toLowerCase();
      const { outcome, reference = null, reason } = request.body;
      const resolution = { kind: 'resolve', outcome, reference, reason } as const;
      return answerAct(id, await act(app, request, id, resolution));
    },
  );
}
