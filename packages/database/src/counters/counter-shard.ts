/** How many rows of `order_counters` transitions spread over. The row after them takes repairs. */
const COUNTER_SHARDS = 16;
export const REPAIR_SHARD = COUNTER_SHARDS;

/**
 * A row for a transaction to count on. Chance keeps concurrent transactions apart; any choice is
 * right, since only the sum over all shards means something.
 */
export function pickCounterShard(): number {
  return Math.floor(Math.random() * COUNTER_SHARDS);
}
