import type { BasketItem } from '@orders/domain/basket';
import type { Step } from '@orders/domain/decision';
import { isAtRest } from '@orders/domain/order-status';
import type { Connection } from '../client.ts';
import { pickCounterShard } from '../counters/counter-shard.ts';
import { Prisma } from '../generated/client.ts';
import { listStockEffects } from '../inventory/list-stock-effects.ts';
import { plainArray, textArray, tokenArray } from '../sql-array.ts';
import type { SeenOrder } from './seen-order.ts';

/** A decided step of one order. */
export interface OrderStep {
  /** As the decision saw it. */
  readonly order: SeenOrder;
  readonly step: Step;
  /** Of the order; needed when the step touches stock. */
  readonly items: readonly BasketItem[];
  readonly actor: string;
  /** The charge that has paid the order, to be stored on its attempt with the step. */
  readonly chargeId?: string;
}

export interface MoveOptions {
  /** Whether a worker does this, which starts the clock of the processing time. */
  readonly pickedUp: boolean;
  /** None moves unless there is stock for all, of SKUs that nobody waits for. */
  readonly onlyFromPlenty?: boolean;
}

/**
 * Moves orders in one statement: status, stock, payment attempt, log and counters, all of an order
 * or nothing. Only those move that are in the status and version that their decision was made on;
 * their ids are returned. A version stands for all of an order that a decision depends on, its items
 * included, so who read them before and holds no lock may move them, too (optimistic concurrency
 * control; Kung & Robinson, 1981). It does not stand for the dispatch: a newer one finds them moved.
 *
 * Takes its locks itself, in the order of everywhere: orders by id, SKUs sorted, then the counter.
 * Stock is judged under its lock, and so are the lines of those who wait for it.
 */
export async function moveOrders(
  connection: Connection,
  steps: readonly OrderStep[],
  { pickedUp, onlyFromPlenty = false }: MoveOptions,
): Promise<ReadonlySet<string>> {
  const ids = tokenArray(steps.map(({ order }) => order.id));
  const effects = listStockEffects(steps);
  // What asks for the count of another part runs after that part: so the locks are in their order.
  const rows = await connection.$queryRaw<{ id: string }[]>`
    WITH step AS MATERIALIZED (
      SELECT * FROM unnest(
        ${ids}::uuid[],
        ${tokenArray(steps.map(({ order }) => order.status))}::text[],
        ${plainArray(steps.map(({ order }) => order.version))}::int[],
        ${tokenArray(steps.map(({ step }) => step.to))}::text[],
        ${textArray(steps.map(({ step }) => step.reason))}::text[],
        ${tokenArray(steps.map(({ step }) => step.event))}::text[],
        ${textArray(steps.map(({ step }) => JSON.stringify(step.data)))}::text[],
        ${textArray(steps.map(({ actor }) => actor))}::text[],
        ${plainArray(steps.map(({ order, step }) => holdsAfter(order, step)))}::boolean[],
        ${plainArray(steps.map(({ step }) => step.attempt))}::int[],
        ${plainArray(steps.map(({ order }) => order.attempts))}::int[],
        ${plainArray(steps.map(({ order, step }) => startsStep(order, step)))}::boolean[],
        ${plainArray(steps.map(({ step }) => step.nextCheckMs))}::int[],
        ${plainArray(steps.map(({ step }) => (step.redispatch ? 1 : 0)))}::int[],
        ${plainArray(steps.map(({ step }) => isAtRest(step.to)))}::boolean[],
        ${textArray(steps.map(({ chargeId }) => chargeId ?? null))}::text[]
      ) AS t(id, from_status, version, to_status, reason, event, data, actor, holds_stock, attempt, attempts,
             starts_step, next_check_ms, redispatch, at_rest, charge_id)
    ), locked AS MATERIALIZED (
      SELECT id FROM orders WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE
    ), effect AS MATERIALIZED (
      SELECT * FROM unnest(
        ${tokenArray(effects.map(({ orderId }) => orderId))}::uuid[],
        ${textArray(effects.map(({ sku }) => sku))}::text[],
        ${plainArray(effects.map(({ onHand }) => onHand))}::bigint[],
        ${plainArray(effects.map(({ reserved }) => reserved))}::bigint[],
        ${plainArray(effects.map(({ sold }) => sold))}::bigint[]
      ) AS t(order_id, sku, on_hand, reserved, sold)
    ), held AS MATERIALIZED (
      SELECT sku, on_hand - reserved AS available
        FROM inventory
       WHERE sku = ANY(ARRAY(SELECT sku FROM effect)) AND (SELECT count(*) FROM locked) > 0
       ORDER BY sku
         FOR NO KEY UPDATE
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
         AND (SELECT count(*) FROM held) >= 0 ${onlyFromPlenty ? FROM_PLENTY : Prisma.empty}
      RETURNING o.id, o.version, o.total_minor, o.currency, o.completed_at, o.processing_started_at,
                s.from_status, s.to_status, s.reason, s.event, s.data, s.actor, s.attempt, s.charge_id
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
    ), paid AS (
      UPDATE payment_attempts p
         SET outcome = 'captured', charge_id = moved.charge_id, code = NULL, retryable = NULL,
             settled_at = statement_timestamp()
        FROM moved
       WHERE p.order_id = moved.id AND p.attempt = moved.attempt AND moved.charge_id IS NOT NULL
    ), stock AS (
      UPDATE inventory i
         SET on_hand = i.on_hand + e.on_hand, reserved = i.reserved + e.reserved, sold = i.sold + e.sold
        FROM (SELECT sku, sum(on_hand)::bigint AS on_hand, sum(reserved)::bigint AS reserved, sum(sold)::bigint AS sold
                FROM effect JOIN moved ON moved.id = effect.order_id
               GROUP BY sku) e
       WHERE i.sku = e.sku
      RETURNING i.sku
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
       WHERE c.shard = ${pickCounterShard()} AND (SELECT count(*) FROM stock) >= 0
    )
    SELECT id FROM moved`;
  return new Set(rows.map(({ id }) => id));
}

const FROM_PLENTY = Prisma.sql`
         AND NOT EXISTS (
             SELECT FROM (SELECT sku, sum(reserved) AS wanted FROM effect GROUP BY sku) need
               LEFT JOIN held USING (sku)
              WHERE need.wanted > COALESCE(held.available, 0))
         AND NOT (SELECT is_waited_for(ARRAY(SELECT sku FROM held)))`;

/** The order as a step that was carried out leaves it, seen by whoever carried it out. */
export function afterStep(order: SeenOrder, step: Step): SeenOrder {
  return {
    ...order,
    status: step.to,
    version: order.version + 1,
    dispatch: order.dispatch + (step.redispatch ? 1 : 0),
    attempt: step.attempt,
    attempts: step.to === 'failed' ? order.attempts : 0,
    starts: 0,
    holdsStock: holdsAfter(order, step),
    stepStartedAt: startsStep(order, step) ? order.readAt : order.stepStartedAt,
  };
}

function holdsAfter(order: SeenOrder, { stock }: Step): boolean {
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
function startsStep(order: SeenOrder, step: Step): boolean {
  return step.to !== order.status || step.attempt !== order.attempt;
}
