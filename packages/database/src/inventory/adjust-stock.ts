import { createHash } from 'node:crypto';
import type { Connection, Database } from '../client.ts';
import { sqlState } from '../sql-state.ts';
import { inTransaction, RunAgain } from '../transaction.ts';
import { trackShortfalls } from './track-shortfalls.ts';

/** A change of stock that is not a sale, made by an operator who says why. */
export interface StockAdjustment {
  readonly sku: string;
  /** Units that came (positive) or went (negative). */
  readonly delta: number;
  readonly reason: string;
  readonly actor: string;
  readonly idempotencyKey: string;
}

export type AdjustmentResult =
  | { readonly kind: 'adjusted' | 'replayed'; readonly onHand: number }
  | { readonly kind: 'unknown-sku' }
  /** The key belongs to an earlier adjustment that was another one. */
  | { readonly kind: 'key-reused' }
  /** Fewer than no units would be left: there cannot have been so many to go. */
  | { readonly kind: 'below-zero'; readonly onHand: number };

/**
 * Adjusts the stock of a SKU once per actor and key, and records the movement with the balance it
 * left. Under the SKU's lock, so that neither a reservation nor another adjustment comes between;
 * repeating it, also after a reply that got lost, changes nothing.
 */
export function adjustStock(
  database: Database,
  adjustment: StockAdjustment,
): Promise<AdjustmentResult> {
  const requestHash = hashAdjustment(adjustment);
  return inTransaction(
    database,
    async (tx) => {
      const stock = await lockSku(tx, adjustment.sku);
      if (stock === null) return { kind: 'unknown-sku' };
      const earlier = await findMovement(tx, adjustment);
      if (earlier !== null) {
        if (earlier.request_hash !== requestHash) return { kind: 'key-reused' };
        return { kind: 'replayed', onHand: Number(earlier.balance) };
      }
      if (adjustment.delta < 0 && stock.onHand + adjustment.delta < 0) {
        return { kind: 'below-zero', onHand: stock.onHand };
      }
      const onHand = await recordMovement(tx, adjustment, requestHash);
      // What is gone is gone, even if it was promised: then a shortfall says so.
      await trackShortfalls(tx, [adjustment.sku]);
      return { kind: 'adjusted', onHand };
    },
    { step: 'adjust', orderIds: [] },
  );
}

async function lockSku(tx: Connection, sku: string): Promise<{ onHand: number } | null> {
  const rows = await tx.$queryRaw<{ on_hand: bigint }[]>`
    SELECT on_hand FROM inventory WHERE sku = ${sku} FOR NO KEY UPDATE`;
  const [row] = rows;
  return row === undefined ? null : { onHand: Number(row.on_hand) };
}

async function findMovement(
  tx: Connection,
  { actor, idempotencyKey }: StockAdjustment,
): Promise<{ request_hash: string | null; balance: bigint } | null> {
  const rows = await tx.$queryRaw<{ request_hash: string | null; balance: bigint }[]>`
    SELECT request_hash, balance
      FROM stock_movements
     WHERE actor = ${actor} AND idempotency_key = ${idempotencyKey}`;
  return rows[0] ?? null;
}

/**
 * Changes the stock and writes its movement in one statement, under the SKU's lock. A key taken
 * meanwhile by an adjustment of another SKU breaks the unique index (23505): looked at again.
 */
async function recordMovement(
  tx: Connection,
  { sku, delta, reason, actor, idempotencyKey }: StockAdjustment,
  requestHash: string,
): Promise<number> {
  try {
    const rows = await tx.$queryRaw<{ balance: bigint }[]>`
      WITH changed AS (
        UPDATE inventory SET on_hand = on_hand + ${delta}::bigint WHERE sku = ${sku} RETURNING on_hand
      )
      INSERT INTO stock_movements (sku, kind, delta, balance, reason, actor, idempotency_key,
                                   request_hash, recorded_at)
      SELECT ${sku}, 'adjustment', ${delta}::bigint, on_hand, ${reason}, ${actor}, ${idempotencyKey}, ${requestHash},
             -- Not when the transaction began: it may have waited while a snapshot was taken.
             clock_timestamp()
        FROM changed
      RETURNING balance`;
    return Number(rows[0]?.balance ?? 0n);
  } catch (error) {
    if (sqlState(error) === '23505') throw new RunAgain('the key was taken meanwhile');
    throw error;
  }
}

function hashAdjustment({ sku, delta, reason }: StockAdjustment): string {
  const identity = JSON.stringify([sku, delta, reason]);
  return createHash('sha256').update(identity).digest('base64url').slice(0, 22);
}
