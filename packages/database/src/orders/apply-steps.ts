import type { BasketItem } from '@orders/domain/basket';
import type { Step } from '@orders/domain/decision';
import { restOf } from '@orders/domain/order-rest';
import { isAtRest } from '@orders/domain/order-status';
import type { Connection } from '../client.ts';
import { pickCounterShard } from '../counters/counter-shard.ts';
import { openDeadLetters } from '../dead-letters/open-dead-letters.ts';
import { replaceBackorders } from '../inventory/replace-backorders.ts';
import { trackShortfalls } from '../inventory/track-shortfalls.ts';
import { sumStockEffects } from '../inventory/sum-stock-effects.ts';
import { requestRefunds } from '../payments/request-refunds.ts';
import type { LockedOrder } from './lock-orders.ts';
import { noteMoves } from './order-move.ts';
import { plainArray, textArray } from '../sql-array.ts';

/** A decided step of one locked order. */
export interface OrderStep {
  readonly order: LockedOrder;
  readonly step: Step;
  /** Of the order; needed when the step touches stock. */
  readonly items: readonly BasketItem[];
  readonly actor: string;
}

/**
 * Carries out steps of orders that this transaction has locked, and whose stock it has locked
 * when a step touches it: status, stock, payment attempt, log, dead letter, refund and counters,
 * all or nothing.
 *
 * Conditional on the status and version that the decision was made on. Under the lock they cannot
 * have changed; a row that does not match is a bug and rolls everything back.
 *
 * @param pickedUp whether a worker does this, which starts the clock of the processing time
 */
export async function applySteps(
  tx: Connection,
  steps: readonly OrderStep[],
  pickedUp: boolean,
): Promise<void> {
  if (steps.length === 0) return;
  const stock = sumStockEffects(steps);
  const rows = await tx.$queryRaw<{ count: number }[]>`
    WITH step AS MATERIALIZED (
      SELECT * FROM unnest(
        ${textArray(steps.map(({ order }) => order.id))}::uuid[],
        ${textArray(steps.map(({ order }) => order.status))}::text[],
        ${plainArray(steps.map(({ order }) => order.version))}::int[],
        ${textArray(steps.map(({ step }) => step.to))}::text[],
        ${textArray(steps.map(({ step }) => step.reason))}::text[],
        ${textArray(steps.map(({ step }) => step.event))}::text[],
        ${textArray(steps.map(({ step }) => JSON.stringify(step.data)))}::text[],
        ${textArray(steps.map(({ actor }) => actor))}::text[],
        ${plainArray(steps.map(({ order, step }) => holdsAfter(order, step)))}::boolean[],
        ${plainArray(steps.map(({ step }) => step.attempt))}::int[],
        ${plainArray(steps.map(({ order }) => order.attempts))}::int[],
        ${plainArray(steps.map(({ order, step }) => startsStep(order, step)))}::boolean[],
        ${plainArray(steps.map(({ step }) => step.nextCheckMs))}::int[],
        ${plainArray(steps.map(({ step }) => (step.redispatch ? 1 : 0)))}::int[],
        ${plainArray(steps.map(({ step }) => isAtRest(step.to)))}::boolean[]
      ) AS t(id, from_status, version, to_status, reason, event, data, actor, holds_stock, attempt, attempts,
             starts_step, next_check_ms, redispatch, at_rest)
    ), moved AS (
      UPDATE orders o
         SET status = s.to_status,
             -- What an order ended for stays: a refund that comes later has no reason of its own.
             reason = CASE WHEN s.from_status = s.to_status OR s.from_status = 'cancelling' AND s.to_status = 'cancelled'
                           THEN COALESCE(s.reason, o.reason)
                           ELSE s.reason END,
             version = o.version + 1,
             holds_stock = s.holds_stock,
             attempt = s.attempt,
             attempts = CASE WHEN s.to_status = 'failed' THEN s.attempts ELSE 0 END,
             starts = 0,
             dispatch = o.dispatch + s.redispatch,
             -- Money that is owed is given back even if the order has ended; not while it waits for an operator.
             next_check_at = COALESCE(
               statement_timestamp() + s.next_check_ms * interval '1 millisecond',
               CASE WHEN s.to_status <> 'failed'
                     AND EXISTS (SELECT FROM refunds r WHERE r.order_id = o.id AND r.refunded_at IS NULL)
                    THEN statement_timestamp() END),
             step_started_at = CASE WHEN s.starts_step THEN statement_timestamp() ELSE o.step_started_at END,
             updated_at = statement_timestamp(),
             processing_started_at = CASE WHEN ${pickedUp} THEN COALESCE(o.processing_started_at, statement_timestamp())
                                          ELSE o.processing_started_at END,
             processing_finished_at = CASE WHEN NOT s.at_rest THEN NULL
                                           WHEN s.from_status = s.to_status THEN o.processing_finished_at
                                           ELSE statement_timestamp() END,
             completed_at = CASE WHEN s.to_status = 'completed' THEN COALESCE(o.completed_at, statement_timestamp()) END
        FROM step s
       -- Spelled so that no index on the status fits: a plan that was made while the table was small
       -- would look for each order among all of its status.
       WHERE o.id = s.id AND (o.status, o.version) IS NOT DISTINCT FROM (s.from_status, s.version)
      RETURNING o.id, o.version, o.total_minor, o.currency, o.completed_at, o.processing_started_at,
                s.from_status, s.to_status, s.reason, s.event, s.data, s.actor, s.attempt
    ), events AS (
      INSERT INTO order_events (order_id, seq, type, from_status, to_status, reason, actor, at, data)
      SELECT id, version, event, from_status, to_status, reason, actor, statement_timestamp(), data::jsonb
        FROM moved
    ), attempts AS (
      INSERT INTO payment_attempts (order_id, attempt, key, amount_minor, currency, created_at)
      SELECT id, attempt, 'charge-' || id || '-' || attempt, total_minor, currency, statement_timestamp()
        FROM moved
       WHERE to_status = 'reserved' AND attempt > 0
          ON CONFLICT (order_id, attempt) DO NOTHING
    ), stock AS (
      UPDATE inventory i
         SET on_hand = i.on_hand + d.on_hand, reserved = i.reserved + d.reserved, sold = i.sold + d.sold
        FROM unnest(${textArray(stock.skus)}::text[], ${plainArray(stock.onHand)}::bigint[], ${plainArray(stock.reserved)}::bigint[],
                    ${plainArray(stock.sold)}::bigint[]) AS d(sku, on_hand, reserved, sold)
       WHERE i.sku = d.sku
    ), change AS (
      SELECT status, sum(n) AS n FROM (
        SELECT to_status AS status, 1 AS n FROM moved
        UNION ALL
        SELECT from_status, -1 FROM moved) both_sides
       GROUP BY status
    ), counters AS (
      UPDATE order_counters c
         SET pending = c.pending + COALESCE((SELECT n FROM change WHERE status = 'pending'), 0),
             backordered = c.backordered + COALESCE((SELECT n FROM change WHERE status = 'backordered'), 0),
             reserved = c.reserved + COALESCE((SELECT n FROM change WHERE status = 'reserved'), 0),
             completed = c.completed + COALESCE((SELECT n FROM change WHERE status = 'completed'), 0),
             rejected = c.rejected + COALESCE((SELECT n FROM change WHERE status = 'rejected'), 0),
             cancelling = c.cancelling + COALESCE((SELECT n FROM change WHERE status = 'cancelling'), 0),
             cancelled = c.cancelled + COALESCE((SELECT n FROM change WHERE status = 'cancelled'), 0),
             failed = c.failed + COALESCE((SELECT n FROM change WHERE status = 'failed'), 0),
             processing_ms = c.processing_ms + COALESCE((
               SELECT sum(round(extract(epoch FROM completed_at - processing_started_at) * 1000))
                 FROM moved WHERE to_status = 'completed' AND from_status <> 'completed'), 0)
       WHERE c.shard = ${pickCounterShard()}
    )
    SELECT count(*)::int AS count FROM moved`;
  if (rows[0]?.count !== steps.length) throw new Error('a locked order was not as it was read');

  // Only giving stock back can end a shortfall; taking it needs what is there.
  if (steps.some(({ step }) => step.stock === 'release')) await trackShortfalls(tx, stock.skus);
  await replaceBackorders(tx, steps);
  await requestRefunds(tx, steps);
  await openDeadLetters(tx, steps);
  noteMoves(
    tx,
    steps.map(({ order, step }) => ({ orderId: order.id, rest: restOf(order.status, step) })),
  );
}

function holdsAfter(order: LockedOrder, { stock }: Step): boolean {
  switch (stock) {
    case 'reserve':
      return true;
    case 'release':
    case 'sell':
      return false;
    case 'none':
      return order.holdsStock;
  }
}

/** Whether waits and outages are counted from this step. */
function startsStep(order: LockedOrder, step: Step): boolean {
  return step.to !== order.status || step.attempt !== order.attempt;
}
