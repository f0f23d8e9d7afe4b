import { createSecureContext } from 'node:tls';
import { ConfigError } from '@orders/service/config-error';
import {
  durationSeconds,
  flag,
  integer,
  port,
  secret,
  urlString,
} from '@orders/service/config-values';
import { LOG_LEVELS } from '@orders/service/logger';
import { type Environment, parseConfig } from '@orders/service/parse-config';
import { z } from 'zod';
import type { TokenRules } from './authentication/token-verifier.ts';
import { addressRanges } from './http/address-ranges.ts';
import { findWeakness } from './authentication/secret-weakness.ts';

/** Everything that can be set from outside. The configuration page is generated from it. */
export const configSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('production')
    .describe('Anything but production is for machines that no customer reaches'),
  HOST: z
    .string()
    .optional()
    .describe('Address to listen on; 0.0.0.0 in production, 127.0.0.1 otherwise'),
  PORT: port().default(3000).describe('Port of the public API'),
  INTERNAL_HOST: z.string().default('127.0.0.1').describe('Address of health and metrics'),
  INTERNAL_PORT: port().default(3001).describe('Port of health and metrics'),
  DATABASE_URL: secret(urlString({ protocols: ['postgresql', 'postgres'] })).describe(
    'PostgreSQL, the truth',
  ),
  DATABASE_POOL_SIZE: integer({ min: 2, max: 200 })
    .default(10)
    .describe('Connections to PostgreSQL that one process opens at most'),
  REDIS_URL: secret(urlString({ protocols: ['redis', 'rediss', 'redis+cluster'] })).describe(
    'Redis, the dispatcher',
  ),
  QUEUE_SHARDS: integer({ min: 1, max: 64 })
    .default(1)
    .describe('Queues that the orders are spread over; equal in all services'),
  JWT_SECRET: secret(z.string())
    .optional()
    .describe('Shared secret of HS256 tokens, at least 32 bytes; instead of JWKS_URL'),
  JWKS_URL: urlString({ protocols: ['https', 'http'] })
    .optional()
    .describe('Public keys of RS256 or ES256 tokens; instead of JWT_SECRET'),
  JWT_ISSUER: z.string().min(1).describe('`iss` that every token must carry'),
  JWT_AUDIENCE: z.string().min(1).describe('`aud` that every token must carry'),
  CURSOR_SECRET: secret(z.string())
    .optional()
    .describe('Signs the cursors of lists; made from JWT_SECRET or DATABASE_URL without it'),
  DUPLICATE_WINDOW_SECONDS: integer({ max: 366 * 86_400 })
    .default(10_800)
    .describe('How long an equal basket of the same customer is refused; 0 switches it off'),
  MAX_OPEN_ORDERS: integer({ min: 1 })
    .default(200_000)
    .describe('Orders not yet at rest, beyond which new ones are answered with 503'),
  INTAKE_BATCH_SIZE: integer({ min: 1, max: 1_000 })
    .default(200)
    .describe('Orders that one transaction places at most'),
  INTAKE_BATCHES_IN_FLIGHT: integer({ min: 1, max: 50 })
    .default(2)
    .describe('Transactions that place orders at the same time, per process'),
  INTAKE_QUEUE: integer({ min: 1, max: 100_000 })
    .default(5_000)
    .describe('Requests waiting for a batch, beyond which 503 is answered'),
  INTAKE_DEADLINE_MS: integer({ min: 100, max: 30_000 })
    .default(1_700)
    .describe('After this an order that could not be committed is answered with 503'),
  ENQUEUE_DEADLINE_MS: integer({ min: 10, max: 5_000 })
    .default(300)
    .describe('How long Redis may take for a batch before the sweeper is left to do it'),
  ORDER_LEASE_MS: integer({ min: 100, max: 3_600_000 })
    .default(60_000)
    .describe('When a new order is looked at by a sweeper if no worker has taken it'),
  WAIT_MAX_SECONDS: integer({ max: 300 })
    .default(30)
    .describe('The longest that an answer waits for its order to rest, if the client prefers it'),
  WAIT_REQUESTS: integer({ max: 100_000 })
    .default(1_000)
    .describe('Answers that wait at the same time, per process; further ones come at once'),
  EVENT_STREAMS: integer({ max: 100_000 })
    .default(1_000)
    .describe('Streams of order events open at the same time, per process'),
  EVENT_STREAMS_PER_CUSTOMER: integer({ max: 100_000 })
    .default(20)
    .describe('Of these, by one customer'),
  EVENT_STREAM_SECONDS: integer({ min: 1, max: 86_400 })
    .default(900)
    .describe('After this a stream ends, and its client comes back with a token that is good'),
  EVENT_HEARTBEAT_SECONDS: integer({ min: 1, max: 3_600 })
    .default(15)
    .describe('How often a stream sends something when there is nothing to tell'),
  TLS_CERT: secret(z.string())
    .optional()
    .describe('Certificate chain (PEM) to serve HTTPS with; usually given as TLS_CERT_FILE'),
  TLS_KEY: secret(z.string()).optional().describe('Its private key (PEM)'),
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .pipe(z.array(z.url({ protocol: /^https?$/, error: 'must be origins, comma separated' })))
    .default([])
    .describe('Origins whose pages may call the API from a browser, comma separated'),
  MAX_CONNECTIONS: integer({ min: 1 })
    .default(10_000)
    .describe('Connections of clients at the same time; further ones are dropped'),
  RATE_LIMIT_CUSTOMER: integer({ min: 1 })
    .optional()
    .describe('Requests of one customer or operator per minute; 600 in production, else 1,000,000'),
  RATE_LIMIT_ADDRESS: integer({ min: 1 })
    .optional()
    .describe('Requests from one address per minute; 6,000 in production, else 1,000,000'),
  MAX_EVENT_LOOP_DELAY_MS: integer({ max: 60_000 })
    .default(1_000)
    .describe(
      'Mean delay of the event loop within a second, beyond which 503 is answered; 0 is off',
    ),
  MAX_POOL_WAITING: integer({ min: 1, max: 1_000_000 })
    .default(1_000)
    .describe('Statements waiting for a connection to PostgreSQL, beyond which 503 is answered'),
  SCALING_DRAIN_SECONDS: durationSeconds({ min: 1 })
    .default(60)
    .describe('How soon a backlog shall be gone, for the desired number of workers'),
  SCALING_ORDERS_PER_SECOND: integer({ min: 1, max: 1_000_000 })
    .default(500)
    .describe('What one worker gets done, for the same'),
  SCALING_MIN_WORKERS: integer({ max: 10_000 }).default(1).describe('The fewest workers desired'),
  SCALING_MAX_WORKERS: integer({ min: 1, max: 10_000 })
    .default(20)
    .describe('The most workers desired'),
  QUEUE_BOARD: z
    .enum(['off', 'read-only', 'writable'])
    .default('read-only')
    .describe('The queues for operators with a browser, at /queues of the internal listener'),
  TRUST_PROXY: addressRanges()
    .default([])
    .describe('Addresses or CIDR ranges, comma separated, whose X-Forwarded-* are believed'),
  DOCS: flag().default(true).describe('Whether /docs is served'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Least severity that is logged'),
  FAILPOINTS: z.string().optional().describe('Where to fail on purpose; refused in production'),
});

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

function readTokenRules(values: z.output<typeof configSchema>): TokenRules {
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

function readCursorSecret(values: z.output<typeof configSchema>): string {
  const { NODE_ENV, CURSOR_SECRET, JWT_SECRET, DATABASE_URL } = values;
  if (CURSOR_SECRET !== undefined) refuseWeakness('CURSOR_SECRET', CURSOR_SECRET, NODE_ENV);
  return CURSOR_SECRET ?? JWT_SECRET ?? DATABASE_URL;
}

function refuseWeakness(name: string, value: string, environment: string): void {
  const problem = findWeakness(value, { mayBeKnown: environment === 'development' });
  if (problem !== null) throw new ConfigError([{ name, problem }]);
}

function readTls({ TLS_CERT: cert, TLS_KEY: key }: z.output<typeof configSchema>) {
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
