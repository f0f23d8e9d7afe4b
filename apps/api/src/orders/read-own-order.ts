import { idSchema } from '@orders/domain/contracts/text';
import type { Order } from '@orders/domain/contracts/order';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerInTime } from '../answer-in-time.ts';
import { mayAccess } from '../authentication/principal.ts';
import { principalOf } from '../plugins/authentication.ts';
import { ProblemError } from '../problems/problem-error.ts';

/** The path of one order. */
export const ORDER_PARAMS = z.strictObject({ id: idSchema });

export interface OneOrder {
  Params: { id: string };
}

/** The id of the order that is asked for, as PostgreSQL writes it. */
export function orderIdOf(request: FastifyRequest<OneOrder>): string {
  return request.params.id.toLowerCase();
}

/**
 * The order that is asked for, as it is now.
 * @throws ProblemError `not-found`, equally for what does not exist and what is another's
 */
export async function readOwnOrder(
  app: FastifyInstance,
  request: FastifyRequest<OneOrder>,
): Promise<Order> {
  const order = await answerInTime(app.orderReader.read(orderIdOf(request)));
  if (order === null || !mayAccess(principalOf(request), order.customerId)) {
    throw new ProblemError('not-found');
  }
  return order;
}
