import {
  durationSeconds,
  flag,
  integer,
  port,
  secret,
  urlString,
} from '@orders/service/config-values';
import { LOG_LEVELS } from '@orders/service/logger';
import { z } from 'zod';
import { addressRanges } from './http/address-ranges.ts';

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
    .default(500)
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
    .default(20_000)
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

export type ConfigValues = z.output<typeof configSchema>;
