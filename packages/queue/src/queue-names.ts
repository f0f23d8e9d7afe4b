/** The queue of a shard, as operators name it. */
export function queueName(shard: number): string {
  return `orders-${shard}`;
}

/**
 * What all keys of a shard begin with. The braces are a hash tag: a Redis Cluster keeps all keys of
 * a shard on one node, as BullMQ's scripts need.
 */
export function keyPrefix(shard: number): string {
  return `{${queueName(shard)}}`;
}

/** 0, 1, … up to the number of shards. */
export function shardNumbers(shards: number): number[] {
  return Array.from({ length: shards }, (_, shard) => shard);
}

/** Where it is told that orders of a shard have changed. */
export function nudgeChannel(shard: number): string {
  return `${keyPrefix(shard)}:nudges`;
}
