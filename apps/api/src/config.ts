import { createSecureContext } from 'node:tls';
import { ConfigError } from '@orders/service/config-error';
import { type Environment, parseConfig } from '@orders/service/parse-config';
import { type ConfigValues, configSchema } from './config-schema.ts';
import type { TokenRules } from './authentication/token-verifier.ts';
import { findWeakness } from './authentication/secret-weakness.ts';

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the environment once, at start.
 * @throws ConfigError listing everything that is wrong
 */
export function readConfig(env: Environment = process.env) {
  const values = parseConfig(configSchema, env);
  const production = values.NODE_ENV === 'production';
  return {
    production,
    host: values.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: values.PORT,
    internal: { host: values.INTERNAL_HOST, port: values.INTERNAL_PORT },
    database: { url: values.DATABASE_URL, poolSize: values.DATABASE_POOL_SIZE },
    queue: { url: values.REDIS_URL, shards: values.QUEUE_SHARDS },
    tokens: readTokenRules(values),
    cursorSecret: readCursorSecret(values),
    intake: {
      duplicateWindowSeconds: values.DUPLICATE_WINDOW_SECONDS,
      maxOpenOrders: values.MAX_OPEN_ORDERS,
      maxBatchSize: values.INTAKE_BATCH_SIZE,
      maxInFlight: values.INTAKE_BATCHES_IN_FLIGHT,
      maxQueue: values.INTAKE_QUEUE,
      deadlineMs: values.INTAKE_DEADLINE_MS,
      enqueueDeadlineMs: values.ENQUEUE_DEADLINE_MS,
      leaseMs: values.ORDER_LEASE_MS,
    },
    heldRequests: {
      maxWaitSeconds: values.WAIT_MAX_SECONDS,
      maxWaits: values.WAIT_REQUESTS,
      maxStreams: values.EVENT_STREAMS,
      maxStreamsEach: values.EVENT_STREAMS_PER_CUSTOMER,
      maxStreamMs: values.EVENT_STREAM_SECONDS * 1_000,
      heartbeatMs: values.EVENT_HEARTBEAT_SECONDS * 1_000,
    },
    tls: readTls(values),
    corsOrigins: values.CORS_ORIGINS,
    maxConnections: values.MAX_CONNECTIONS,
    limits: {
      perCustomer: values.RATE_LIMIT_CUSTOMER ?? (production ? 600 : 1_000_000),
      perAddress: values.RATE_LIMIT_ADDRESS ?? (production ? 6_000 : 1_000_000),
    },
    overload: {
      maxEventLoopDelayMs: values.MAX_EVENT_LOOP_DELAY_MS,
      maxPoolWaiting: values.MAX_POOL_WAITING,
    },
    scaling: {
      drainSeconds: values.SCALING_DRAIN_SECONDS,
      ordersPerSecond: values.SCALING_ORDERS_PER_SECOND,
      minWorkers: values.SCALING_MIN_WORKERS,
      maxWorkers: values.SCALING_MAX_WORKERS,
    },
    queueBoard: values.QUEUE_BOARD,
    trustedProxies: values.TRUST_PROXY,
    docs: values.DOCS,
    logLevel: values.LOG_LEVEL,
    failpoints: values.FAILPOINTS,
  };
}

function readTokenRules(values: ConfigValues): TokenRules {
  const { NODE_ENV, JWT_SECRET, JWKS_URL, JWT_ISSUER, JWT_AUDIENCE } = values;
  const common = { issuer: JWT_ISSUER, audience: JWT_AUDIENCE };
  if (JWT_SECRET === undefined && JWKS_URL !== undefined) {
    return { ...common, keys: { kind: 'jwks', url: JWKS_URL } };
  }
  if (JWT_SECRET === undefined || JWKS_URL !== undefined) {
    throw new ConfigError([
      {
        name: 'JWT_SECRET',
        problem: 'set either it or JWKS_URL: one says how tokens are verified',
      },
    ]);
  }
  refuseWeakness('JWT_SECRET', JWT_SECRET, NODE_ENV);
  return { ...common, keys: { kind: 'secret', secret: JWT_SECRET } };
}

function readCursorSecret(values: ConfigValues): string {
  const { NODE_ENV, CURSOR_SECRET, JWT_SECRET, DATABASE_URL } = values;
  if (CURSOR_SECRET !== undefined) refuseWeakness('CURSOR_SECRET', CURSOR_SECRET, NODE_ENV);
  return CURSOR_SECRET ?? JWT_SECRET ?? DATABASE_URL;
}

function refuseWeakness(name: string, value: string, environment: string): void {
  const problem = findWeakness(value, { mayBeKnown: environment === 'development' });
  if (problem !== null) throw new ConfigError([{ name, problem }]);
}

function readTls({ TLS_CERT: cert, TLS_KEY: key }: ConfigValues) {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) {
    throw new ConfigError([
      { name: 'TLS_CERT', problem: 'a certificate and its key (TLS_KEY) go together' },
    ]);
  }
  try {
    createSecureContext({ cert, key });
  } catch {
    // What is wrong with a key is not told: it might be shown.
    throw new ConfigError([{ name: 'TLS_CERT', problem: 'it and TLS_KEY are not a pair in PEM' }]);
  }
  return { cert, key };
}
