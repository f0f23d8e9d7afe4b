/**
 * Which shard dispatches an order: always the same one, so that a job added again meets its twin.
 * FNV-1a over the whole id, since the first digits of a UUIDv7 are a clock.
 */
export function shardOf(orderId: string, shards: number): number {
  if (shards <= 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < orderId.length; i += 1) {
    hash = Math.imul(hash ^ orderId.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % shards;
}

/**
 * The id under which this reason to run the order is queued. Adding an id that exists is a no-op,
 * which makes every repetition safe; a new reason has a new `dispatch` and so a new id. It is no
 * integer and holds no colon: BullMQ refuses both.
 */
export function jobId(orderId: string, dispatch: number): string {
  return `order-${orderId}-${dispatch}`;
}
