import { readOrderEvents } from '@orders/database/orders/read-order-events';
import { isAtRest } from '@orders/domain/order-status';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Principal } from '../authentication/principal.ts';
import { type EventStream, openEventStream } from '../http/event-stream.ts';
import { ProblemError } from '../problems/problem-error.ts';
import type { Seat } from '../seats.ts';
import { watchOrder } from './watch-order.ts';

/**
 * Answers with the log of an order from behind `afterSeq`, then with what is added to it, until the
 * order rests. A client that comes back with the number of the last event it got misses none.
 *
 * @throws ProblemError `overloaded` or `rate-limited` when too many streams are open
 */
export async function streamOrderEvents(
  app: FastifyInstance,
  reply: FastifyReply,
  orderId: string,
  afterSeq: number,
  principal: Principal,
): Promise<void> {
  const seat = app.heldRequests.streams.take(principal.subject);
  if (seat === 'taken') throw new ProblemError('overloaded', { headers: { 'retry-after': '5' } });
  if (seat === 'greedy') {
    throw new ProblemError('rate-limited', {
      detail: 'You have as many streams open as anybody may have.',
      headers: { 'retry-after': '5' },
    });
  }
  reply.request.isHeld = true;
  const { heartbeatMs, maxStreamMs } = app.heldRequests.config;
  const stream = openEventStream(reply, {
    heartbeatMs,
    onClose: seat.end,
    signal: seat.signal,
  });
  // A client that comes back has its token verified anew.
  const timer = setTimeout(seat.end, maxStreamMs);
  try {
    await follow(app, orderId, afterSeq, stream, seat);
  } finally {
    clearTimeout(timer);
    stream.end();
    seat.leave();
  }
}

async function follow(
  app: FastifyInstance,
  orderId: string,
  afterSeq: number,
  stream: EventStream,
  seat: Seat,
): Promise<void> {
  let seq = afterSeq;
  for await (const order of watchOrder(app, orderId, seat.signal)) {
    // The number of an event is the version that it made.
    if (order.version > seq) {
      // While PostgreSQL is away the stream waits: a new connection would only be refused.
      const events = await readOrderEvents(app.database, orderId, seq).catch(() => []);
      for (const event of events) {
        if (seat.signal.aborted || !(await stream.send(event.seq, event))) return;
        seq = event.seq;
      }
    }
    if (seq >= order.version && isAtRest(order.status)) return;
  }
}
