import { requestWarehouseSync } from '@orders/database/warehouse/request-warehouse-sync';
import {
  requestSyncBodySchema,
  warehouseSyncSchema,
} from '@orders/domain/contracts/warehouse-sync';
import type { FastifyInstance } from 'fastify';
import { answerInTime } from '../../answer-in-time.ts';
import { actorOf } from '../../authentication/principal.ts';
import { parseBody, validatorCompilerWithoutBody } from '../../http/validator-compiler.ts';
import { principalOf } from '../../plugins/authentication.ts';
import { describeOperation } from '../describe-operation.ts';
import { SYNC_EXAMPLE } from './examples.ts';

const schema = describeOperation({
  operationId: 'requestWarehouseSync',
  summary: 'Ask for a sync with the warehouse now',
  description:
    'A worker begins it within seconds. Whoever asks for the same before it has begun is told the ' +
    'same run.',
  body: requestSyncBodySchema.optional(),
  status: 202,
  answer: warehouseSyncSchema,
  example: {
    ...SYNC_EXAMPLE,
    state: 'requested',
    sequence: null,
    asOf: null,
    rowsSeen: 0,
    rowsChanged: 0,
    startedAt: null,
    finishedAt: null,
  },
  answerHeaders: { Location: { type: 'string', description: 'Path of the run' } },
});

/** `POST /admin/warehouse-syncs` */
export async function requestSyncRoute(app: FastifyInstance): Promise<void> {
  app.post(
    '/admin/warehouse-syncs',
    { schema, validatorCompiler: validatorCompilerWithoutBody },
    async (request, reply) => {
      const { dryRun = false, force = false } =
        parseBody(requestSyncBodySchema.optional(), request.body) ?? {};
      const actor = actorOf(principalOf(request));
      const { kind, sync } = await answerInTime(
        requestWarehouseSync(app.database, { dryRun, force, actor }),
      );
      const context = { syncId: sync.id, dryRun, force, actor, requestId: request.id };
      if (kind === 'requested') app.log.info(context, 'A warehouse sync was asked for.');
      return reply.code(202).header('location', `/admin/warehouse-syncs/${sync.id}`).send(sync);
    },
  );
}
