import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { PurposeOptions } from './connection-options.ts';
import { parseRedisUrl, type RedisAddress } from './parse-redis-url.ts';

const HANDSHAKE_TIMEOUT_MS = 2_000;

interface CreatedClient {
  readonly client: Redis | Cluster;
  /** Drops it and the copies that BullMQ made of it for blocking reads. */
  readonly disconnect: () => void;
}

/** The one place that knows whether it is a single Redis or a cluster. */
export function createClient(url: string, options: PurposeOptions): CreatedClient {
  const { cluster, nodes, ...access } = parseRedisUrl(url);
  return cluster ? createCluster(nodes, options, access) : createSingle(nodes, options, access);
}

type Nodes = RedisAddress['nodes'];
type Access = Omit<RedisAddress, 'cluster' | 'nodes'>;

function createSingle([node]: Nodes, options: PurposeOptions, access: Access): CreatedClient {
  const made: Redis[] = [];
  const make = (name?: string): Redis => {
    const named = name === undefined ? {} : { connectionName: name };
    const redis = new Redis({ ...options, ...access, ...node, ...named });
    // A copy that BullMQ makes, for blocking reads, is one of ours, too. It only names it.
    redis.duplicate = (override?: Partial<RedisOptions>) => make(override?.connectionName);
    limitHandshake(redis);
    made.push(redis);
    return redis;
  };
  return {
    client: make(),
    disconnect: () => {
      for (const redis of made) redis.disconnect();
    },
  };
}

/**
 * A peer that accepts the connection and then is silent (a stopped Redis, a proxy before a dead one)
 * would hold it for the whole socket timeout, although trying again costs nothing.
 */
function limitHandshake(redis: Redis): void {
  let timer: NodeJS.Timeout | undefined;
  redis.on('connect', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (redis.status === 'connect') redis.disconnect(true);
    }, HANDSHAKE_TIMEOUT_MS).unref();
  });
  const settled = () => {
    clearTimeout(timer);
  };
  redis.on('ready', settled).on('close', settled).on('end', settled);
}

function createCluster(nodes: Nodes, options: PurposeOptions, access: Access): CreatedClient {
  // A cluster reconnects and queues as a whole; its nodes take the rest.
  const { retryStrategy, enableOfflineQueue, ...nodeOptions } = {
    enableOfflineQueue: true,
    ...options,
  };
  const client = new Cluster([...nodes], {
    redisOptions: { ...nodeOptions, ...access },
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: 1_000,
  });
  return {
    client,
    disconnect: () => {
      client.disconnect();
    },
  };
}
