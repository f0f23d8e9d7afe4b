import { readLoad } from '@orders/database/scaling/read-load';
import { type Scaling, scalingSchema } from '@orders/domain/contracts/queue';
import type { ScalingRules } from '@orders/domain/decide-workers';
import type { FastifyInstance } from 'fastify';
import { answerInTime } from '../../answer-in-time.ts';
import { describeOperation } from '../describe-operation.ts';
import { describeScaling } from './describe-scaling.ts';

const schema = describeOperation({
  operationId: 'getScaling',
  summary: 'How many workers there should be, and why',
  answer: scalingSchema,
});

/** `GET /admin/scaling` */
export async function scalingRoute(app: FastifyInstance, rules: ScalingRules): Promise<void> {
  app.get('/admin/scaling', { schema }, async (): Promise<Scaling> => {
    const counts = app.queueState.counts().catch(() => null);
    const load = await answerInTime(readLoad(app.database));
    return describeScaling(load, await counts, rules);
  });
}
