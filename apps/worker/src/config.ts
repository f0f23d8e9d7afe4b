import { durationSeconds, integer, port, secret, urlString } from '@orders/service/config-values';
import { LOG_LEVELS } from '@orders/service/logger';
import { type Environment, parseConfig } from '@orders/service/parse-config';
import type { RetryPolicy } from '@orders/domain/retry-policy';
import { z } from 'zod';

/** Every variable that the worker reads. */
export const workerConfigSchema = z.object({
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('production')
    .describe('`development` and `test` allow conveniences that production refuses'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('The least severe lines that are written'),
  INTERNAL_HOST: z.string().default('127.0.0.1').describe('Address of health and metrics'),
  INTERNAL_PORT: port().default(3002).describe('Port of health and metrics'),
  DATABASE_URL: secret(urlString({ protocols: ['postgresql', 'postgres'] })).describe('PostgreSQL'),
  DATABASE_POOL_SIZE: integer({ min: 2, max: 100 })
    .default(8)
    .describe('The most connections to PostgreSQL'),
  DATABASE_STATEMENT_TIMEOUT_MS: integer({ min: 100, max: 60_000 })
    .default(5_000)
    .describe('The longest that a statement may run'),
  REDIS_URL: secret(
    urlString({ protocols: ['redis', 'rediss', 'redis+cluster', 'rediss+cluster'] }),
  ).describe('Redis, Valkey or a cluster of them'),
  QUEUE_SHARDS: integer({ min: 1, max: 64 })
    .default(1)
    .describe('Number of queues; the same for api and worker'),
  PAYMENT_PROVIDER_URL: urlString({ protocols: ['http', 'https'] }).describe(
    'The payment provider',
  ),
  PAYMENT_TIMEOUT_MS: integer({ min: 10, max: 60_000 })
    .default(5_000)
    .describe('The longest that one call to the provider may take'),
  PAYMENT_CONNECTIONS: integer({ min: 1, max: 5_000 })
    .default(500)
    .describe('The most connections to the provider; below WORKER_CONCURRENCY, calls wait in line'),
  WORKER_CONCURRENCY: integer({ min: 1, max: 5_000 })
    .default(500)
    .describe('The most orders under way at once in this process'),
  WORKER_BATCH_SIZE: integer({ min: 1, max: 2_000 })
    .default(250)
    .describe('The most orders in one transaction'),
  JOB_LOCK_MS: integer({ min: 500, max: 600_000 })
    .default(10_000)
    .describe('After this without a sign of life of its worker a job is given to another'),
  JOB_STALLED_CHECK_MS: integer({ min: 100, max: 60_000 })
    .default(3_000)
    .describe('How often dead workers are looked for'),
  SWEEP_INTERVAL_MS: integer({ min: 50, max: 60_000 })
    .default(1_000)
    .describe('How often the sweeper looks for orders that are due'),
  WATCHDOG_SECONDS: durationSeconds({ min: 1 })
    .default(60)
    .describe('Overdue orders and an idle worker for this long: it exits, to be started afresh'),
  ORDER_LEASE_MS: integer({ min: 100, max: 3_600_000 })
    .default(60_000)
    .describe('When an order under way is looked at again if no worker reports back'),
  BACKORDER_MAX_WAIT_SECONDS: durationSeconds()
    .default(86_400)
    .describe('How long an order waits for stock before it is rejected'),
  GIVE_UP_AFTER_SECONDS: durationSeconds()
    .default(86_400)
    .describe('How long outages are waited out before an order becomes a dead letter'),
  PROVIDER_KEY_RETENTION_SECONDS: durationSeconds()
    .default(86_400)
    .describe('How long the provider remembers a key: only so long a charge is repeated'),
  PAYMENT_ATTEMPTS: integer({ min: 1, max: 100 })
    .default(3)
    .describe('Payment attempts in all when the provider says that trying again may help'),
  ORDER_ATTEMPTS: integer({ min: 1, max: 100 })
    .default(5)
    .describe("An order's own failures until it becomes a dead letter"),
  WAREHOUSE_URL: urlString({ protocols: ['http', 'https'] })
    .optional()
    .describe('The warehouse that stock is synced with; without it there is no sync'),
  WAREHOUSE_SYNC_INTERVAL_SECONDS: durationSeconds()
    .default(300)
    .describe('From the end of a sync with the warehouse to the next; 0: only on demand'),
  WAREHOUSE_TIMEOUT_MS: integer({ min: 10, max: 60_000 })
    .default(10_000)
    .describe('The longest that one call to the warehouse may take'),
  WAREHOUSE_LEASE_MS: integer({ min: 300, max: 600_000 })
    .default(30_000)
    .describe('After this without a sign of life of its worker a sync is taken over'),
  WAREHOUSE_PAGE_ROWS: integer({ min: 1, max: 5_000 })
    .default(1_000)
    .describe('Rows of the stock feed to ask for at a time'),
  WAREHOUSE_MAX_ROWS: integer({ min: 1, max: 5_000_000 })
    .default(250_000)
    .describe('A stock feed of more rows is refused: a sync holds it in memory'),
  FAILPOINTS: z.string().optional().describe('Named faults, for tests; refused in production'),
  FAILPOINT_BLOCK_MS: integer()
    .default(15_000)
    .describe('How long the failpoint action `block` lasts'),
});

export type WorkerConfig = z.output<typeof workerConfigSchema>;

/** @throws ConfigError with everything that is wrong */
export function readConfig(env: Environment = process.env): WorkerConfig {
  return parseConfig(workerConfigSchema, env);
}

export function toRetryPolicy(config: WorkerConfig): RetryPolicy {
  return {
    backorderMaxWaitMs: config.BACKORDER_MAX_WAIT_SECONDS * 1_000,
    giveUpAfterMs: config.GIVE_UP_AFTER_SECONDS * 1_000,
    providerKeyRetentionMs: config.PROVIDER_KEY_RETENTION_SECONDS * 1_000,
    paymentAttempts: config.PAYMENT_ATTEMPTS,
    orderAttempts: config.ORDER_ATTEMPTS,
    maxStarts: 5,
    leaseMs: config.ORDER_LEASE_MS,
  };
}
