import type { Order } from '@orders/domain/contracts/order';
import { isAtRest } from '@orders/domain/order-status';
import { answerInTime } from '../answer-in-time.ts';
import type { Seat } from '../seats.ts';
import { type OrderWatch, watchOrder } from './watch-order.ts';

/**
 * The order as soon as it has come to rest, or as it is when the time is up or the seat has to be
 * left. Never throws: the order was accepted, whatever becomes of the waiting.
 */
export async function waitForRest(
  watch: OrderWatch,
  order: Order,
  seat: Seat,
  waitMs: number,
): Promise<Order> {
  const timer = setTimeout(seat.end, waitMs);
  let latest = order;
  try {
    for await (const now of watchOrder(watch, order.id, seat.signal)) {
      latest = now;
      if (isAtRest(now.status)) return now;
    }
    return (await answerInTime(watch.orderReader.read(order.id))) ?? latest;
  } catch {
    return latest;
  } finally {
    clearTimeout(timer);
    seat.leave();
  }
}
