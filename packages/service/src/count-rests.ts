import { ORDER_RESTS, type OrderRest } from '@orders/domain/order-rest';
import type { Metrics } from './metrics.ts';

/**
 * Makes the counter of orders that came to rest, whatever process they did it in, and returns what
 * counts steps in it. Each way to rest is shown from the start: a rise from nothing is a rise, too.
 */
export function countRests(
  metrics: Pick<Metrics, 'counter'>,
): (moves: readonly { readonly rest: OrderRest | null }[]) => void {
  const counter = metrics.counter({
    name: 'orders_at_rest_total',
    help: 'Orders that came to rest, by status and reason; one that is redriven does so again',
    labelNames: ['status', 'reason'],
  });
  for (const rest of ORDER_RESTS) counter.inc(rest, 0);
  return (moves) => {
    for (const { rest } of moves) if (rest !== null) counter.inc(rest);
  };
}
