import type { Order } from '@orders/domain/contracts/order';
import { isAtRest } from '@orders/domain/order-status';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readWaitPreference } from '../http/wait-preference.ts';
import { principalOf } from '../plugins/authentication.ts';
import { waitForRest } from './wait-for-rest.ts';

/**
 * Waits with the answer as the client prefers, no longer than is configured, and says so in
 * `Preference-Applied`. When too many wait already it is as if nothing had been preferred.
 *
 * @returns the order as it is to be answered
 */
export async function waitAsPreferred(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  order: Order,
): Promise<Order> {
  const preferred = readWaitPreference(request.headers['prefer']);
  if (preferred === null) return order;
  const { waits, config } = app.heldRequests;
  const seconds = Math.min(preferred, config.maxWaitSeconds);
  const applied = `wait=${seconds}`;
  if (seconds === 0 || isAtRest(order.status)) {
    reply.header('preference-applied', applied);
    return order;
  }
  const seat = waits.take(principalOf(request).subject);
  if (typeof seat === 'string') return order;
  request.isHeld = true;
  // A client that has gone waits for nothing.
  reply.raw.once('close', seat.end);
  reply.header('preference-applied', applied);
  return waitForRest(app, order, seat, seconds * 1_000);
}
